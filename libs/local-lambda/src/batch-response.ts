import { z } from 'zod';

const batchResponse = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Which messages of a batch failed, by the function's answer to it (JSON): AWS page "Handling
 * errors for an SQS event source in Lambda", section "Success and failure conditions". No list,
 * an empty one or no answer: none. An answer that is no such list, or that names a message
 * which is not in the batch: all.
 */
export function failedMessageIds(
  payload: string,
  messageIds: readonly string[],
): ReadonlySet<string> {
  const all = new Set(messageIds);
  const response = batchResponse.safeParse(parseJson(payload));
  if (!response.success) return all;
  const failures = response.data?.batchItemFailures ?? [];
  const named = failures.map(({ itemIdentifier }) => itemIdentifier);
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}

/** Undefined, which no schema here accepts, if it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { z } from 'zod';

const batchResponse = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Reads the function's JSON response, and returns the ids of the failed messages: AWS page "Handling errors for an SQS
 * event source in Lambda", section "Success and failure conditions". A missing or empty list means success. If the
 * response is malformed, or names a message that is not in the batch, all messages fail.
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

/** Undefined, which the schema rejects, if the text is not valid JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

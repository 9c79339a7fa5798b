import * as z from 'zod/mini';

// Zod compiles its checks with `new Function` where it may; the page's security policy forbids that.
z.config({ jitless: true });

const stackInfoSchema = z.object({
  stack: z.string(),
  endpoint: z.url(),
  region: z.string(),
  sourceBucket: z.string(),
  processedBucket: z.string(),
  recipes: z.array(
    z.object({
      name: z.string(),
      match: z.object({ prefix: z.string(), suffixes: z.optional(z.array(z.string())) }),
      variants: z.array(z.string()),
    }),
  ),
});

/** What the console needs of `GET /api/stack` (docs/contract.md, "Local stack"). */
export type StackInfo = z.output<typeof stackInfoSchema>;
export type RecipeInfo = StackInfo['recipes'][number];

/** The state of Darkroom: not answering, starting, or running. */
export type StackState =
  | { readonly kind: 'down' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly stack: StackInfo };

/** @returns undefined if the body does not describe a stack */
export function parseStackInfo(body: unknown): StackInfo | undefined {
  const result = z.safeParse(stackInfoSchema, body);
  return result.success ? result.data : undefined;
}

export async function askForStack(): Promise<StackState> {
  try {
    const response = await fetch('/api/stack', { cache: 'no-store' });
    if (response.status === 503) return { kind: 'starting' };
    const stack = response.ok ? parseStackInfo(await response.json()) : undefined;
    return stack ? { kind: 'running', stack } : { kind: 'down' };
  } catch {
    return { kind: 'down' };
  }
}

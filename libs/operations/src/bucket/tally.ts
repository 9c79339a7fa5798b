import * as z from 'zod';
import { KINDS, type Finding, type Kind } from './finding.ts';
import { addRequests, NO_REQUESTS, type Requests } from './requests.ts';

/** Keys of one kind that are named, so that a person sees what is meant. */
const MAX_EXAMPLES = 10;

const count = z.int().min(0);
const requestsSchema = z.strictObject({
  list: count,
  get: count,
  put: count,
  head: count,
  delete: count,
}) satisfies z.ZodType<Requests>;

const kindTallySchema = z.strictObject({
  keys: count,
  /** Of the sources. */
  bytes: count,
  /** Width × height × pages of the sources whose manifest tells. */
  pixels: count,
  /** Of the sources whose manifest does not tell. */
  bytesOfUnknown: count,
  requests: requestsSchema,
  examples: z.array(z.string()),
});

export const tallySchema = z.record(z.enum(KINDS), kindTallySchema);

/** What a walk has found until now, by kind. */
export type Tally = z.output<typeof tallySchema>;
export type KindTally = Tally[Kind];

export function emptyTally(): Tally {
  const none = { keys: 0, bytes: 0, pixels: 0, bytesOfUnknown: 0, requests: NO_REQUESTS };
  const kinds = KINDS.map((kind) => [kind, { ...none, examples: [] }] as const);
  return Object.fromEntries(kinds) as unknown as Tally;
}

export function addFinding(tally: Tally, finding: Finding): void {
  const { kind, key, bytes, pixels, requests } = finding;
  const before = tally[kind];
  tally[kind] = {
    keys: before.keys + 1,
    bytes: before.bytes + bytes,
    pixels: before.pixels + (pixels ?? 0),
    bytesOfUnknown: before.bytesOfUnknown + (pixels === undefined ? bytes : 0),
    requests: addRequests(before.requests, requests),
    examples: before.keys < MAX_EXAMPLES ? [...before.examples, key] : before.examples,
  };
}

import * as z from 'zod';
import { toDotPath } from 'zod/v4/core';
import { InvalidMessageError } from './errors.ts';

/** Where in the body we are: the keys that lead there, e.g. `['Message']` inside an SNS envelope. */
export type Path = readonly string[];

/** A message of many records can have as many faults: the first of them are told. */
const MAX_ISSUES = 3;

/** A path as a person writes it, `Message.Records[0].s3.bucket.name`; the root is `body`. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : toDotPath(path);
}

/**
 * What stands at `path`, read by `schema`. Members that the schema does not name are ignored.
 *
 * @throws InvalidMessageError naming the place and the fault, for the first three faults
 */
export function read<Output>(schema: z.ZodType<Output>, value: unknown, path: Path): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const told = result.error.issues.slice(0, MAX_ISSUES);
  const untold = result.error.issues.length - told.length;
  const reasons = told.map((issue) => `${nameOf([...path, ...issue.path])}: ${issue.message}`);
  if (untold > 0) reasons.push(`and ${untold} more`);
  // The cause is cut too: it may end in a log, and its message lists every issue.
  throw new InvalidMessageError(reasons.join('; '), { cause: new z.ZodError(told) });
}

import * as z from 'zod';
import { toDotPath } from 'zod/v4/core';

/**
 * The only error of this library: a message that it cannot parse. A retry does not help.
 *
 * `reason` names the path in the message and is at most a few hundred characters long. It never
 * repeats a whole body and contains no control characters, because it becomes an SQS message
 * attribute. `cause` is the JSON or schema error, if any.
 */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
  readonly code = 'INVALID_MESSAGE';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Invalid message: ${reason}`, options);
    this.reason = reason;
  }
}

/** A path in the body, for example `['Message']` inside an SNS envelope. */
export type Path = readonly string[];

/** An error lists only the first issues, because a message of many records can have many. */
const MAX_ISSUES = 3;

/** Formats a path in dot notation, `Message.Records[0].s3.bucket.name`. The root is `body`. */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : toDotPath(path);
}

/**
 * Validates the value at `path` against `schema` and ignores members that the schema does not name.
 *
 * @throws InvalidMessageError with the paths and messages of the first three issues
 */
export function read<Output>(schema: z.ZodType<Output>, value: unknown, path: Path): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const listed = result.error.issues.slice(0, MAX_ISSUES);
  const omitted = result.error.issues.length - listed.length;
  const reasons = listed.map((issue) => `${nameOf([...path, ...issue.path])}: ${issue.message}`);
  if (omitted > 0) reasons.push(`and ${omitted} more`);
  // The cause is shortened too: a log may contain it, and its message lists every issue.
  throw new InvalidMessageError(reasons.join('; '), { cause: new z.ZodError(listed) });
}

const MAX_SHOWN = 40;

/** Characters that JSON does not escape, but that logs should not print or SQS attributes reject. */
const UNPRINTABLE = /[\u007f-\u009f\ufffe\uffff]/g;

/**
 * Formats a value of a message for an error: a quoted string of at most 40 UTF-16 units, with control
 * characters escaped. Other values show their type only, because traversing a hostile value may
 * overflow the stack.
 */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const cut = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
    return JSON.stringify(cut).replace(UNPRINTABLE, '\ufffd');
  }
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

/** Returns a schema's `error` function that names the expected and the found value. */
export function expected(what: string) {
  return (issue: { input?: unknown }) => `expected ${what}, found ${show(issue.input)}`;
}

const MAX_SHOWN = 40;

/** What JSON leaves as it is, but a log should not print or SQS does not allow in an attribute. */
const UNPRINTABLE = /[\u007f-\u009f\ufffe\uffff]/g;

/**
 * A value out of a message, as an error may show it: a string in quotes, cut at 40 UTF-16 units
 * and with control characters escaped; of anything else the type only, since walking a hostile
 * value may overflow the stack.
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

/** For a schema's `error`: says what belongs in a place and what was found there. */
export function expected(what: string) {
  return (issue: { input?: unknown }) => `expected ${what}, found ${show(issue.input)}`;
}

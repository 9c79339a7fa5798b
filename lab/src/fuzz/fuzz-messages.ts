import {
  formatMessage,
  InvalidMessageError,
  type ObjectChange,
  type ParsedMessage,
  parseMessage,
} from '@darkroom/events';
import fc from 'fast-check';
import { mutatedMessage } from './mutated-message.ts';

export interface MessageFigures {
  readonly cases: number;
  /** The smallest body that is parsed wrong, and the problem. */
  readonly finding?: { readonly body: string; readonly problem: string };
}

/** Parses mutated messages. @param milliseconds duration */
export function fuzzMessages(seed: number, milliseconds: number): MessageFigures {
  let problem = '';
  const property = fc.property(mutatedMessage, (body) => {
    const wrong = parserProblem(body);
    problem = wrong ?? problem;
    return wrong === undefined;
  });
  const { failed, counterexample, numRuns } = fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: milliseconds,
  });
  const [body] = counterexample ?? [];
  return failed && body !== undefined
    ? { cases: numRuns, finding: { body, problem } }
    : { cases: numRuns };
}

/** Characters that an SQS message attribute may contain: Amazon SQS API Reference, "SendMessage". */
const SQS_TEXT = /^[\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Recorded when this module is loaded, before any message is parsed. */
const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const membersOf = () =>
  JSON.stringify(PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).map(String)));
const BEFORE = membersOf();

/** @returns what `parse` does wrong with a body; undefined if it is correct */
export function parserProblem(
  body: string,
  parse: (body: string) => ParsedMessage = parseMessage,
): string | undefined {
  let parsed: ParsedMessage;
  try {
    parsed = parse(body);
  } catch (error) {
    return membersOf() === BEFORE ? wrongError(error) : 'a prototype has changed';
  }
  if (membersOf() !== BEFORE) return 'a prototype has changed';
  if (parsed.kind === 'test') return undefined;
  const names = parsed.changes.map(({ bucket, key }) => JSON.stringify([bucket, key]));
  if (new Set(names).size !== names.length) return 'an object is listed twice';
  return parsed.changes.map((change) => wrongChange(change, parse)).find((wrong) => wrong);
}

function wrongError(error: unknown): string | undefined {
  if (!(error instanceof InvalidMessageError)) return `threw ${String(error)}`;
  const { reason } = error;
  return reason.length < 600 && SQS_TEXT.test(reason) ? undefined : `a reason like ${reason}`;
}

function wrongChange(
  change: ObjectChange,
  parse: (body: string) => ParsedMessage,
): string | undefined {
  const { bucket, key } = change;
  if (typeof bucket !== 'string' || bucket === '') return `a bucket ${JSON.stringify(bucket)}`;
  if (typeof key !== 'string' || !key.isWellFormed()) return `a key ${JSON.stringify(key)}`;
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 1024) return `a key of ${bytes} bytes`;
  const again = JSON.stringify(parse(formatMessage(change)));
  const wanted = JSON.stringify({ kind: 'changes', changes: [{ bucket, key }] });
  return again === wanted ? undefined : `${wanted}, written and read again, is ${again}`;
}

import { misbehaviour, mutatedMessage } from './index-messages.ts';
import fc from 'fast-check';

export interface EventFigures {
  readonly cases: number;
  /** The smallest body that was found to be misread, and how; nothing where there was none. */
  readonly finding?: { readonly body: string; readonly complaint: string };
}

/** Reads mutated messages for so many milliseconds. */
export function fuzzEvents(seed: number, milliseconds: number): EventFigures {
  let complaint = '';
  const property = fc.property(mutatedMessage, (body) => {
    const wrong = misbehaviour(body);
    complaint = wrong ?? complaint;
    return wrong === undefined;
  });
  const { failed, counterexample, numRuns } = fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: milliseconds,
  });
  const [body] = counterexample ?? [];
  return failed && body !== undefined
    ? { cases: numRuns, finding: { body, complaint } }
    : { cases: numRuns };
}

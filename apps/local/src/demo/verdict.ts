import type { SampleResult } from './run-samples.ts';

/** What the table says of a sample, and whether that is how it should be. */
export interface Verdict {
  readonly outcome: string;
  readonly good: boolean;
  /** What is wrong, for the last lines. */
  readonly problem?: string;
}

/** A file of the user's own may be rejected; a sample of ours may not. */
export function judge({ sample, key, manifest, hasRecipe }: SampleResult): Verdict {
  if (!hasRecipe) return { outcome: 'no recipe', good: true };
  if (!manifest) return { outcome: 'none yet', good: false, problem: `${key} has no outcome yet` };
  const actual = manifest.status === 'done' ? 'done' : manifest.error.code;
  const { expected = actual } = sample;
  const rejected = manifest.status === 'rejected';
  const outcome = rejected ? `rejected: ${manifest.error.code}` : 'done';
  if (actual === expected) return { outcome, good: true };
  const why = rejected ? ` (${manifest.error.message})` : '';
  return { outcome, good: false, problem: `${key} is ${actual}${why}, not ${expected}` };
}

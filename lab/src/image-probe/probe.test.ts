/** Each defect is injected, and the probe must report it. */
import { afterEach, describe, expect, test } from 'vitest';
import { sample } from '@darkroom/transforms/testing';
import { Probe, problemOf } from './probe.ts';
import type { ProbeAnswer } from './protocol.ts';
import type { Outcome } from './trial.ts';

let probe: Probe | undefined;

afterEach(() => probe?.stop());

test('reports no problem for a valid image', async () => {
  probe = new Probe();
  const given = await probe.try(await sample({ width: 24, height: 16 }), { withOutputs: true });
  expect(problemOf(given)).toBeUndefined();
  expect(given).toMatchObject({ kind: 'answer', outcomes: [{ code: 'DONE' }, { code: 'DONE' }] });
  expect(given.kind === 'answer' && given.outputs.size).toBe(6);
});

describe('reports a process that ends, and starts a new one for the next image:', () => {
  test.each([
    ['killed', 'kill', /SIGSEGV/],
    ['an unhandled rejection', 'reject', /exit code 1[\s\S]*unexpected/],
    ['an endless loop', 'loop', /no answer after 2 s/],
  ] as const)('%s', async (_, defect, how) => {
    probe = new Probe({ defect }, defect === 'loop' ? 2_000 : undefined);
    const picture = await sample({ width: 24, height: 16 });
    expect(problemOf(await probe.try(picture))).toMatch(how);
    expect(problemOf(await probe.try(picture))).toMatch(how);
  });
});

test('reports an error that is not an ImageError', async () => {
  probe = new Probe({ defect: 'range-error' });
  const given = await probe.try(await sample({ width: 24, height: 16 }));
  expect(problemOf(given)).toMatch(/^INTERNAL: RangeError: planted/);
});

describe('reports', () => {
  const done: Outcome = { code: 'DONE', message: '', digest: 'a' };
  const answer = (more: Partial<ProbeAnswer>): ProbeAnswer => ({
    kind: 'answer',
    outcomes: [done, done],
    milliseconds: 5,
    grownMiB: 1,
    estimatedMiB: 70,
    outputs: new Map(),
    ...more,
  });

  test.each<[string, Partial<ProbeAnswer>, RegExp]>([
    ['outputs that differ', { outcomes: [done, { ...done, digest: 'b' }] }, /two outcomes/],
    [
      'messages that differ',
      { outcomes: ['x', 'y'].map((message) => ({ ...done, message })) as [Outcome, Outcome] },
      /two outcomes/,
    ],
    ['a transform that failed', { outcomes: [{ ...done, code: 'TRANSFORM_FAILED' }, done] }, /^TR/],
    ['more memory than estimated', { grownMiB: 361 }, /361 MiB of memory, and not at most 360/],
  ])('%s', (_, more, words) => {
    expect(problemOf(answer(more))).toMatch(words);
    expect(problemOf(answer({}))).toBeUndefined();
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import { sample } from '@darkroom/transforms/testing';
import { Probe, problemOf } from '../image-probe/probe.ts';
import type { ProbeAnswer, ProbeEnd } from '../image-probe/protocol.ts';
import { METADATA_VARIANTS } from '../image-probe/trial.ts';
import { jpeg } from '@darkroom/transforms/testing/structure/jpeg.ts';
import { CORPUS } from './corpus/corpus.ts';
import { PLANTED } from './corpus/hostile-upload.ts';
import { SEGMENTS } from './corpus/broken-jpeg-segments.ts';

function expectOutcome(given: ProbeAnswer | ProbeEnd, expected: readonly string[]): void {
  expect(problemOf(given, expected)).toBeUndefined();
  if (given.kind === 'end') return;
  for (const [variant, output] of given.outputs) {
    if (METADATA_VARIANTS.includes(variant)) continue;
    for (const planted of Object.values(PLANTED)) {
      expect(Buffer.from(output).includes(planted), `${variant} holds "${planted}"`).toBe(false);
    }
  }
}

describe('ends in its outcome, within its memory, and without planted text in outputs:', () => {
  const probe = new Probe();
  afterAll(() => probe.stop());

  test.each(CORPUS)('$name', async ({ bytes, expected }) => {
    expectOutcome(await probe.try(await bytes(), { withOutputs: true }), expected);
  });
});

describe('if a recipe accepts SVG:', () => {
  /** As in the pipeline: a process for the upload, and a second one if the first ends. */
  async function draw(source: Uint8Array): Promise<ProbeAnswer | ProbeEnd> {
    const probe = new Probe({ svg: true });
    try {
      const first = await probe.try(source, { withOutputs: true });
      if (first.kind === 'answer') return first;
      console.log(`A second process draws it, because of the first: ${first.how} ${first.stderr}`);
      return await probe.try(source, { withOutputs: true });
    } finally {
      await probe.stop();
    }
  }

  test.each(CORPUS.filter(({ withSvg }) => withSvg))('$name', async ({ bytes, ...item }) => {
    expectOutcome(await draw(await bytes()), item.withSvg ?? item.expected);
  });
});

test('names are unique', () => {
  const names = CORPUS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('the corpus breaks every segment of the JPEG', async () => {
  const photo = await sample({ width: 64, height: 48, orientation: 6, profile: 'p3' });
  expect(jpeg.split(photo)).toHaveLength(SEGMENTS);
});

test('keeps a description if the recipe asks for it', async () => {
  const item = CORPUS.find(({ name }) => name === 'a script in the description');
  const probe = new Probe();
  const given = await probe.try((await item?.bytes()) ?? Buffer.alloc(0), { withOutputs: true });
  await probe.stop();
  expect(given).toMatchObject({ kind: 'answer' });
  const kept = given.kind === 'answer' ? given.outputs.get('kept') : undefined;
  expect(Buffer.from(kept ?? []).includes(PLANTED.script)).toBe(true);
});

import path from 'node:path';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { testFixtures } from '@darkroom/transforms/fixtures';
import { renderOne, sample } from '@darkroom/transforms/testing';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { dhash } from './dhash.ts';

const transforms = [...builtinTransforms, dhash];
const catalog = createCatalog(transforms);
const engine = createEngine({ catalog });

testFixtures(path.join(import.meta.dirname, '../fixtures'), transforms);

async function hashOf(source: Uint8Array, ...before: unknown[]): Promise<string> {
  const { facts } = await renderOne(engine, catalog, source, [...before, 'dhash']);
  const found = facts?.['dhash'];
  if (typeof found !== 'string') throw new Error('no hash');
  return found;
}

/** Bits in which two hashes differ, 0 to 64. */
function distance(one: string, other: string): number {
  const differing = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  return [...differing.toString(2)].filter((bit) => bit === '1').length;
}

const photo = await sample({ width: 480, height: 320 });
const hash = await hashOf(photo);

test('is 16 hex digits', () => {
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
});

describe('the same picture', () => {
  test.each([
    ['made smaller', [{ resize: { width: 120 } }]],
    ['a little blurred', [{ blur: 1 }]],
    ['brighter', [{ modulate: { brightness: 1.1 } }]],
    ['grey', ['grayscale']],
  ])('%s has nearly the same hash', async (_, before) => {
    expect(distance(hash, await hashOf(photo, ...before))).toBeLessThanOrEqual(8);
  });

  test('in another format has nearly the same hash', async () => {
    const webp = await sample({ width: 480, height: 320, format: 'webp' });
    expect(distance(hash, await hashOf(webp))).toBeLessThanOrEqual(4);
  });
});

test.each([2, 3, 4, 5])('another picture has another hash: scene %i', async (seed) => {
  const other = await sample({ width: 480, height: 320, seed });
  expect(distance(hash, await hashOf(other))).toBeGreaterThan(10);
});

// Recipes depend on the options. After an intended change, run `npx vitest run -u`.
test('has these options', () => {
  expect(z.toJSONSchema(dhash.options, { io: 'input' })).toMatchInlineSnapshot(`
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "additionalProperties": false,
      "description": "Adds a perceptual hash (dHash, 64 bits as 16 hex digits) to the manifest, as \`facts.dhash\` of the output, and does not change the picture. Hashes of similar pictures differ in few bits, about 10 at most.",
      "examples": [
        {},
      ],
      "properties": {},
      "type": "object",
    }
  `);
});

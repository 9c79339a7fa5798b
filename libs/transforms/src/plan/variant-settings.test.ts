import { describe, expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { keepsGainMap, variantSettings } from './variant-settings.ts';

const catalog = createCatalog(builtinTransforms);
const settingsOf = (steps: unknown[], more: { animated?: 'first' } = {}, format = 'png') =>
  variantSettings({ steps: catalog.stepsSchema.parse(steps), ...more }, { format });

test('without steps, a variant has the format of its upload, no metadata, sRGB, and all frames', () => {
  const settings = settingsOf([]);
  expect(settings).toMatchObject({
    encodings: [{ format: 'png' }],
    colourspace: 'srgb',
    animated: 'keep',
    metadata: { gainMap: false },
  });
  expect(settings).not.toHaveProperty('encodeStep');
  expect(settings).not.toHaveProperty('display');
});

test('each setting is taken from its step', () => {
  const steps = [
    { resize: { width: 10 } },
    { colourspace: 'p3' },
    { metadata: { keep: ['gainMap'] } },
    { encode: { format: 'smallest', of: ['webp', 'jpeg'] } },
  ];
  expect(settingsOf(steps, { animated: 'first' })).toMatchObject({
    encodings: [{ format: 'webp' }, { format: 'jpeg' }],
    encodeStep: 3,
    colourspace: 'p3',
    animated: 'first',
    metadata: { gainMap: true },
  });
  expect(settingsOf([{ stretch: { type: 'asinh' } }]).display).toMatchObject({ type: 'asinh' });
  expect(settingsOf([{ encode: 'webp' }]).encodeStep).toBe(0);
});

describe('a gain map is kept', () => {
  const keep = { metadata: { keep: ['gainMap'] } };
  test.each<[kept: boolean, steps: unknown[]]>([
    [true, [keep, { encode: 'jpeg' }]],
    [true, [keep, { encode: { format: 'smallest', of: ['webp', 'jpeg'] } }]],
    [false, [keep, { encode: 'webp' }]],
    [false, [{ encode: 'jpeg' }]],
  ])('%s: %j', (kept, steps) => {
    expect(keepsGainMap(settingsOf(steps))).toBe(kept);
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SHARP_ORDER, type SharpSlot, barrierReason } from './sharp-order.ts';

/** Text in sharp's pipeline.cc at the line where the slot begins. */
const MARKS: Readonly<Record<Exclude<SharpSlot, 'autoOrient'>, string>> = {
  trim: '// Trim',
  extractPre: '// Pre extraction',
  flatten: '// Flatten image',
  gammaIn: '// Gamma encoding',
  grayscale: '// Convert to greyscale',
  resize: '// Resize\n',
  flip: '// Mirror vertically',
  flop: '// Mirror horizontally',
  rotate90: '// Rotate post-extract 90-angle',
  cropEmbed: '// Crop/embed',
  rotateAngle: '// Rotate post-extract non-90 angle',
  extractPost: '// Post extraction',
  affine: '// Affine transform',
  extend: '// Extend edges',
  median: '// Median -',
  threshold: '// Threshold - must happen before blurring',
  blur: '// Blur\n',
  modulate: '// Modulate\n',
  sharpen: '// Sharpen\n',
  composite: '// Composite\n',
  gammaOut: '// Gamma decoding',
  linear: '// Linear adjustment',
  normalise: '// Apply normalisation',
  clahe: '// Apply contrast limiting',
  tint: '// Tint the image',
  removeAlpha: '// Remove alpha channel',
  ensureAlpha: '// Ensure alpha channel',
  negate: '// Negate the colours',
};

test('the order is that of the installed sharp', () => {
  const lib = createRequire(import.meta.url).resolve('sharp');
  const source = readFileSync(path.join(lib, '../../src/pipeline.cc'), 'utf8');
  const slots = SHARP_ORDER.filter((slot) => slot !== 'autoOrient');
  const places = slots.map((slot) => source.indexOf(MARKS[slot]));
  expect(Math.min(...places)).toBeGreaterThan(0);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test.each<[string, SharpSlot[], SharpSlot[], object]>([
  ['sharp does resize before blur', ['blur'], ['resize'], {}],
  ['sharp does resize once per pipeline', ['resize'], ['resize'], {}],
  ['which changes median', ['resize'], ['median'], { hasAlpha: true }],
  ['only when the pipeline began with alpha', ['extend'], ['blur'], { gainedAlpha: true }],
  ['tint needs the integers', ['composite'], ['tint'], {}],
  ['replaces the first', ['rotate90'], ['rotateAngle'], {}],
  ['reports the size before extend', ['resize', 'extractPost'], ['extend'], {}],
  ['and here are 16-bit ones', ['resize'], ['tint'], { unusualPixels: '16-bit ones' }],
])('a barrier says why: %s', (reason, used, slots, rest) => {
  const pipeline = { used: new Set(used), hasAlpha: false, gainedAlpha: false, ...rest };
  expect(barrierReason(pipeline, slots)).toContain(reason);
});

test('what follows in sharp’s order joins', () => {
  const open = {
    used: new Set<SharpSlot>(['autoOrient', 'extractPre']),
    hasAlpha: true,
    gainedAlpha: false,
  };
  expect(barrierReason(open, ['resize', 'extractPost'])).toBeUndefined();
});

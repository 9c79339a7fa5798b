import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  leavesFloats,
  losesShrinkOnLoad,
  makesGrey,
  SHARP_ORDER,
  type SharpSlot,
  barrierReason,
  worksInAnyColours,
} from './sharp-order.ts';

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

/** The reason that separates the later one in sharp's order from the earlier one. */
function between(one: SharpSlot, other: SharpSlot, rest: object = {}): string | undefined {
  const [first, last] = SHARP_ORDER.filter((slot) => slot === one || slot === other);
  if (!first || !last) throw new Error('two slots of the order');
  const pipeline = { used: new Set([first]), hasAlpha: false, gainedAlpha: false, ...rest };
  return barrierReason(pipeline, [last]);
}

describe('a picture with alpha', () => {
  const multiplying = ['resize', 'blur', 'sharpen'] as const;
  const straight = ['rotateAngle', 'affine', 'median', 'threshold', 'modulate'] as const;

  test.each(multiplying)('%s and what works on plain colours are apart', (slot) => {
    for (const other of straight) {
      const reason = `sharp multiplies colours by alpha around ${slot}, which changes ${other}`;
      expect(between(slot, other, { hasAlpha: true })).toBe(reason);
      expect(between(slot, other)).toBeUndefined();
    }
  });

  test.each(multiplying)('that a step of the pipeline has added: %s is apart', (slot) => {
    const used = new Set<SharpSlot>(['autoOrient']);
    const open = { used, hasAlpha: false, gainedAlpha: true };
    expect(barrierReason(open, [slot])).toContain(`by alpha around ${slot} only when`);
    expect(barrierReason({ ...open, gainedAlpha: false }, [slot])).toBeUndefined();
    expect(barrierReason(open, ['flip'])).toBeUndefined();
  });
});

test.each(['blur', 'sharpen', 'composite'] as const)(
  'tables cannot read the floats of %s',
  (slot) => {
    for (const table of ['gammaOut', 'linear', 'normalise', 'clahe', 'tint', 'negate'] as const)
      expect(between(slot, table)).toContain(
        `${table} needs the integers that sharp makes of ${slot}`,
      );
    for (const other of ['removeAlpha', 'ensureAlpha'] as const)
      expect(between(slot, other)).toBeUndefined();
    expect(leavesFloats([slot])).toBe(true);
  },
);

test.each(['affine', 'extend'] as const)('%s is not in the pipeline of an extract', (slot) => {
  const reason = `sharp reports the size before ${slot} when there was an extract`;
  expect(between('extractPost', slot)).toBe(reason);
  const used = new Set<SharpSlot>(['resize']);
  const open = { used, hasAlpha: false, gainedAlpha: false };
  expect(barrierReason(open, ['extractPost', slot])).toBe(reason);
  expect(barrierReason(open, [slot])).toBeUndefined();
});

test('a trim does not follow an upright turn in one pipeline', () => {
  expect(between('autoOrient', 'trim')).toBe('sharp trims before it makes upright');
  expect(between('trim', 'resize')).toBeUndefined();
});

test('pixels that are not 8-bit RGB take the steps that only move or scale them', () => {
  const plain = ['autoOrient', 'extractPre', 'resize', 'flip', 'flop', 'rotate90', 'extractPost'];
  const open = { used: new Set<SharpSlot>(), hasAlpha: false, gainedAlpha: false };
  for (const slot of SHARP_ORDER) {
    const reason = barrierReason({ ...open, unusualPixels: 'grey ones' }, [slot]);
    expect({ slot, joins: reason === undefined }).toEqual({ slot, joins: plain.includes(slot) });
    expect(barrierReason(open, [slot])).toBeUndefined();
  }
});

test('steps that move or scale pixels leave integers, and an unknown step may not', () => {
  expect(leavesFloats(['resize', 'tint'])).toBe(false);
  expect(leavesFloats([])).toBe(false);
  expect(leavesFloats(undefined)).toBe(true);
  expect(makesGrey(['resize', 'grayscale'])).toBe(true);
  expect(makesGrey(['tint'])).toBe(false);
});

test('an unknown step may not work in any colours, and may cut nothing', () => {
  expect(worksInAnyColours(undefined)).toBe(false);
  expect(worksInAnyColours(['resize', 'cropEmbed'])).toBe(true);
  expect(worksInAnyColours(['resize', 'extend'])).toBe(false);
  const upright = new Set<SharpSlot>(['autoOrient']);
  expect(losesShrinkOnLoad(upright, undefined)).toBe(false);
  expect(losesShrinkOnLoad(upright, ['resize', 'extractPost'])).toBe(true);
  expect(losesShrinkOnLoad(new Set(), ['extractPost'])).toBe(false);
});

test('the first operation of a step decides, in whatever order it names them', () => {
  const open = {
    used: new Set<SharpSlot>(['flip', 'resize']),
    hasAlpha: false,
    gainedAlpha: false,
  };
  expect(barrierReason(open, ['blur', 'extractPre'])).toBe('sharp does extractPre before flip');
  expect(barrierReason(open, ['extractPre', 'blur'])).toBe('sharp does extractPre before flip');
  expect(barrierReason(open, ['sharpen', 'blur'])).toBeUndefined();
  expect(barrierReason(open, [])).toBeUndefined();
});

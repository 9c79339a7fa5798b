import { expect, test } from 'vitest';
import { appliesToGainMap, gainMapConflict } from './gain-map-steps.ts';

const BUT = 'cannot be combined with metadata: gainMap: ';

test.each<[transform: string, options: Record<string, unknown>]>([
  ['rotate', { angle: 'auto' }],
  ['rotate', { angle: 90 }],
  ['rotate', { angle: -180 }],
  ['resize', { width: 10, fit: 'cover', position: 'centre' }],
  ['crop', { aspectRatio: '1:1' }],
  ['flip', {}],
  ['flop', {}],
])('the map follows %s %j', (transform, options) => {
  expect(appliesToGainMap({ transform, options })).toBe(true);
  expect(gainMapConflict({ transform, options }, 'pixels')).toBeUndefined();
});

test('the map stays as it is when the picture is sharpened', () => {
  const sharpen = { transform: 'sharpen', options: {} };
  expect(appliesToGainMap(sharpen)).toBe(false);
  expect(gainMapConflict(sharpen, 'pixels')).toBeUndefined();
});

test.each<[why: string, transform: string, options: Record<string, unknown>]>([
  ['the padding has no gain', 'rotate', { angle: 30 }],
  ['the padding has no gain', 'resize', { width: 10, height: 10, fit: 'contain' }],
  ['the region depends on the pixels', 'resize', { fit: 'cover', position: 'attention' }],
  ['the region depends on the pixels', 'resize', { fit: 'cover', position: 'entropy' }],
  ['only rotate, resize, crop, flip, flop, sharpen can', 'blur', { sigma: 3 }],
  ['the map is added after maxBytes', 'encode', { format: 'jpeg', maxBytes: 1000 }],
])('the map cannot follow: %s (%s %j)', (why, transform, options) => {
  expect(gainMapConflict({ transform, options }, 'pixels')).toContain(`${transform} ${BUT}${why}`);
});

test('the map cannot follow a JPEG of at most so many bytes, also among several formats', () => {
  const jpeg = { format: 'jpeg', maxBytes: 1000 };
  const options = { format: 'smallest', of: [{ format: 'webp' }, jpeg] };
  expect(gainMapConflict({ transform: 'encode', options }, 'setting')).toContain('maxBytes');
});

test('the map cannot follow a step that shows other values', () => {
  const window = { transform: 'window', options: { centre: 40, width: 400 } };
  expect(gainMapConflict(window, 'setting')).toContain(`window ${BUT}only`);
});

test('settings and facts do not change the picture', () => {
  for (const kind of ['setting', 'facts'])
    expect(gainMapConflict({ transform: 'metadata', options: {} }, kind)).toBeUndefined();
  for (const options of [{ format: 'jpeg' }, { format: 'webp', maxBytes: 1000 }])
    expect(gainMapConflict({ transform: 'encode', options }, 'setting')).toBeUndefined();
});

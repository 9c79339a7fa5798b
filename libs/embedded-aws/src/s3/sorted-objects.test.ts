import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { StoredObject } from '../fauxqs.ts';
import { compareUtf8 } from './keys.ts';
import { SortedBuckets, SortedObjects } from './sorted-objects.ts';

const object = {} as StoredObject;
const keysOf = (objects: SortedObjects, from = '') => [
  ...objects.sortedKeys.from((key) => compareUtf8(key, from) < 0),
];

test('keys of any number are in the order of S3, whatever was added and deleted before', () => {
  const numbers = fc.array(fc.nat(9999), { minLength: 1, maxLength: 5000, size: 'max' });
  const property = fc.property(numbers, numbers, fc.nat(9999), (added, deleted, start) => {
    const objects = new SortedObjects();
    for (const number of added) objects.set(String(number), object);
    for (const number of deleted) objects.delete(String(number));
    const left = [...objects.keys()].toSorted(compareUtf8);
    expect(keysOf(objects)).toEqual(left);
    expect(keysOf(objects, String(start))).toEqual(
      left.filter((key) => compareUtf8(key, String(start)) >= 0),
    );
  });
  fc.assert(property, { numRuns: 20 });
});

test('keys that were deleted, one by one or all together, can come again', () => {
  const objects = new SortedObjects().set('b', object);
  expect(keysOf(objects)).toEqual(['b']);
  objects.delete('b');
  objects.set('a', object).set('c', object);
  objects.clear();
  expect([objects.size, keysOf(objects)]).toEqual([0, []]);
  objects.set('c', object).set('c', object).set('b', object);
  expect(keysOf(objects)).toEqual(['b', 'c']);
});

test('a bucket whose keys are sorted already stays the same', () => {
  const buckets = new SortedBuckets();
  buckets.set('new', new Map([['b', object]]).set('a', object));
  const objects = buckets.get('new');
  expect(objects && keysOf(objects)).toEqual(['a', 'b']);
  expect(objects && buckets.set('other', objects).get('other')).toBe(objects);
});

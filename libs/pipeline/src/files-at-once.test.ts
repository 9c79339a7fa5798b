import { expect, test } from 'vitest';
import { filesAtOnce } from './files-at-once.ts';

/** 100 MiB for decoding, 50 for each file. */
const need = (files: number) => 100 + 50 * files;

test.each([
  ['one vCPU encodes one file', 1, 10_000, 1],
  ['two encode two where both uploads then fit', 2, 400, 2],
  ['and one where they would not', 2, 399, 1],
  ['as many as fit', 4, 1_000, 3],
  ['one where not even that fits: whether it may be done at all is decided elsewhere', 4, 10, 1],
])('%s', (_, vcpus, capacity, files) => {
  expect(filesAtOnce(vcpus, capacity, need)).toBe(files);
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MODULES } from '../modules.ts';
import { FAULTS } from './faults.ts';

const CHECKOUT = path.join(import.meta.dirname, '../../..');

test.each(FAULTS)('$module: $what fits $file once', ({ file, replace, by }) => {
  const pieces = readFileSync(path.join(CHECKOUT, file), 'utf8').split(replace);
  expect(pieces).toHaveLength(2);
  expect(by).not.toBe(replace);
});

test('every fault belongs to a module', () => {
  const names = MODULES.map(({ name }) => name);
  expect(FAULTS.filter(({ module }) => !names.includes(module))).toEqual([]);
});

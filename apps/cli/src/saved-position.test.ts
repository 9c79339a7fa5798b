import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SavedPosition } from './saved-position.ts';

test('a run resumes its own position, and refuses that of other settings', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'darkroom-position-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'position.json');
  const run = (width: number) => new SavedPosition({ compare: 'uploads', width }, file);
  expect(run(1).read()).toBeUndefined();
  run(1).write({ after: 'a.jpg' });
  expect(run(1).read()).toEqual({ after: 'a.jpg' });
  expect(() => run(2).read()).toThrow(/position of a run with other options or settings/);
  writeFileSync(file, 'no JSON');
  expect(run(1).read()).toBeUndefined();
  run(1).remove();
  expect(run(1).read()).toBeUndefined();
});

test('other settings have another file by default', () => {
  const file = (width: number) => new SavedPosition({ width }, undefined).file;
  expect(file(1)).toBe(file(1));
  expect(file(1)).not.toBe(file(2));
});

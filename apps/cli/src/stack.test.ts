import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { pulumiProgram } from './stack.ts';

test('an installed Pulumi CLI comes before the npm package that downloads one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-path-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const name = process.platform === 'win32' ? 'pulumi.exe' : 'pulumi';
  const [npm, installed] = ['node_modules/.bin', 'bin'].map((part) => path.join(folder, part));
  for (const part of [npm, installed]) {
    await mkdir(part ?? '', { recursive: true });
    await writeFile(path.join(part ?? '', name), '');
  }
  const both = [npm, installed].join(path.delimiter);
  expect(pulumiProgram(both)).toBe(path.join(installed ?? '', name));
  expect(pulumiProgram(npm)).toBe('pulumi');
});

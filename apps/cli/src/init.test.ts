import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { check } from 'prettier';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readSettingsFile } from './recipe-file.ts';
import { run } from './run.ts';
import { HAS_PSEUDO_TERMINAL, installDarkroom, PseudoTerminal } from './testing/pseudo-terminal.ts';

let folder: string;
let said: { out: string; error: string };
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-init-'));
});
beforeEach(() => {
  said = { out: '', error: '' };
  vi.stubEnv('INIT_CWD', folder);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string) => path.join(folder, name);
const streams = {
  stdout: { write: (text: string) => void (said.out += text) },
  stderr: { write: (text: string) => void (said.error += text) },
  stdin: {},
  env: {},
};
const init = (...args: string[]) => run(['init', ...args], { streams });

test('creates a stack file that passes validation and the format of the repository', async () => {
  const args = ['new', '--widths', '320,640', '--format', 'avif', '--region', 'eu-central-1'];
  expect(await init(...args)).toBe(0);
  const text = await readFile(inFolder('Pulumi.new.yaml'), 'utf8');
  expect(await check(text, { parser: 'yaml', singleQuote: true, printWidth: 100 })).toBe(true);
  const { recipes, storage } = await readSettingsFile('Pulumi.new.yaml');
  expect(recipes[0]?.variants.map(({ name }) => name)).toEqual(['w320', 'w640']);
  expect(storage.protect).toBe(true);
  expect(text).toContain('aws:region: eu-central-1');
});

test('overwrites nothing', async () => {
  await writeFile(inFolder('Pulumi.mine.yaml'), 'config: {}\n');
  expect(await init('mine')).toBe(2);
  expect(said.error).toMatch(/Pulumi\.mine\.yaml already exists/);
  expect(await readFile(inFolder('Pulumi.mine.yaml'), 'utf8')).toBe('config: {}\n');
});

test.each([
  [['../x'], /not a name of a stack/],
  [[], /The name of the stack is missing\nAdd it, for example: darkroom init dev/],
  [['dev', '--widths', '0'], /--widths: must be widths/],
  [['dev', '--region', 'here'], /--region: must be a region/],
  [['dev', '--format', 'bmp'], /--format: must be webp, jpeg or avif/],
])('%j is a mistake', async (args, message) => {
  expect(await init(...args)).toBe(2);
  expect(said.error).toMatch(message);
});

const title = `on a terminal${HAS_PSEUDO_TERMINAL ? '' : ' (`script` of util-linux is missing: SKIPPED)'}`;

describe.runIf(HAS_PSEUDO_TERMINAL)(title, () => {
  let terminal: PseudoTerminal;
  const start = async (args: string) => {
    await installDarkroom(folder);
    terminal = new PseudoTerminal(`./darkroom init ${args}`, { cwd: folder });
  };
  afterEach(() => terminal.stop());

  test('asks for what is not given, and again after a wrong answer', async () => {
    await start('--format jpeg');
    await terminal.waitFor('Name of the stack');
    terminal.type('trial\r');
    await terminal.waitFor('Region of AWS');
    terminal.type('here\r');
    await terminal.waitFor('must be a region such as eu-central-1');
    terminal.type('\x15eu-west-1\r');
    await terminal.waitFor('Prefix of the uploads');
    terminal.type('\r');
    await terminal.waitFor('Widths of the outputs');
    terminal.type('320,1280\r');
    await terminal.waitFor('May `pulumi destroy` delete');
    terminal.type('y\r');
    await terminal.waitFor('Wrote Pulumi.trial.yaml');
    expect(await terminal.exitCode()).toBe(0);
    expect(terminal.output).not.toContain('Format of the outputs');
    const { recipes, storage } = await readSettingsFile('Pulumi.trial.yaml');
    expect(recipes[0]?.match.prefix).toBe('uploads/');
    expect(recipes[0]?.variants.map(({ name }) => name)).toEqual(['w320', 'w1280']);
    expect(storage.protect).toBe(false);
    expect(await readFile(inFolder('Pulumi.trial.yaml'), 'utf8')).toContain('eu-west-1');
  });

  test('Ctrl-C at a question writes nothing', async () => {
    await start('stopped');
    await terminal.waitFor('Region of AWS');
    terminal.type('\x03');
    expect(await terminal.exitCode()).toBe(130);
    await expect(readFile(inFolder('Pulumi.stopped.yaml'))).rejects.toThrow('ENOENT');
  });
});

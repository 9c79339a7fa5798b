import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sample } from '@darkroom/transforms/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from './run.ts';

let folder: string;
let said: { out: string; error: string };
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-cli-'));
  await Promise.all([
    writeFile(inFolder('photo.jpg'), await sample({ width: 320, height: 240, orientation: 6 })),
    writeFile(inFolder('drawing.png'), await sample({ width: 32, height: 24, format: 'png' })),
    writeFile(inFolder('notes.jpg'), 'no picture'),
    ...Object.entries(files).map(([name, text]) => writeFile(inFolder(name), text)),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  said = { out: '', error: '' };
});

const photos = `
name: photos
formats: [jpeg]
placeholder: false
variants:
  - { name: original, copy: true }
  - name: web
    steps: [rotate, { blur: 2 }, { resize: { width: 60 } }, { encode: webp }]
  - { name: wide, when: { width: { min: 1000 } }, steps: [] }
`;
const files: Record<string, string> = {
  'photos.yaml': photos,
  'list.yaml':
    '[{ name: a, variants: [{ name: web, steps: [] }] }, { name: b, variants: [{ name: web, steps: [flop] }] }]',
  'Pulumi.dev.yaml': `
config:
  aws:region: eu-central-1
  darkroom:pipeline:
    recipes: [{ name: uploads, variants: [{ name: web, steps: [] }] }]
`,
  'wrong.yaml': 'name: photos\nvariants: [{ name: web, steps: [{ resize: { widht: 3 } }] }]\n',
  'wrong-list.yaml': '- name: photos\n  variants: []\n',
  'no-yaml.yaml': 'name: [\n',
  'empty.yaml': '',
};

const inFolder = (name: string) => path.join(folder, name);
const io = {
  log: (text: unknown) => void (said.out += `${String(text)}\n`),
  error: (text: unknown) => void (said.error += `${String(text)}\n`),
};
const plan = (recipes: string, photo = 'photo.jpg', ...more: string[]) =>
  run(['plan', inFolder(recipes), inFolder(photo), ...more], io);

describe('plan', () => {
  test('prints the stages, why each ends, what is copied and not made, and the memory', async () => {
    expect(await plan('photos.yaml')).toBe(0);
    expect(said.error).toBe('');
    expect(
      said.out
        .replaceAll(folder, '')
        .replace(/\d+ bytes/, 'N bytes')
        .replace(/\d+ MiB/g, 'N MiB'),
    ).toBe(`/photo.jpg: recipe photos, effort balanced
jpeg, 320×240, orientation 6, N bytes
stage 0: decode the upload, sRGB, 8 bits
  step 0 of web: rotate, to 320×240
  step 1 of web: blur, to 320×240
  = pixels, 320×240; barrier: sharp does resize before blur
stage 1: pixels of stage 0
  step 2 of web: resize, to 60×45
  = web: webp, 60×45
copied byte for byte: original
not made, their conditions do not hold: wide
memory: about N MiB at the peak, beside N MiB of a process; a function of at least N MiB takes it
`);
  });

  test('takes one of several recipes by its name', async () => {
    expect(await plan('list.yaml', 'photo.jpg', 'b')).toBe(0);
    expect(said.out).toContain('recipe b');
    expect(said.out).toContain('flop');
  });

  test('takes the recipes of a stack file', async () => {
    expect(await plan('Pulumi.dev.yaml')).toBe(0);
    expect(said.out).toContain('recipe uploads');
  });
});

describe('a mistake is one message and exit code 1', () => {
  test.each<[string, string[], RegExp]>([
    ['several recipes', ['list.yaml'], /list\.yaml has several recipes, name one: a, b$/],
    ['a name of none', ['list.yaml', 'photo.jpg', 'c'], /has no recipe "c"; there are: a, b$/],
    [
      'a wrong option',
      ['wrong.yaml'],
      /wrong\.yaml is not valid:\n {2}variants\[0\]\.steps\[0\]\.resize\.widht: unknown option/,
    ],
    ['a wrong list', ['wrong-list.yaml'], /is not valid:\n {2}\[0\]\.variants: .*>=1 items/],
    ['no YAML', ['no-yaml.yaml'], /no-yaml\.yaml is no YAML: .* at line 2, column 1/],
    ['nothing', ['empty.yaml'], /empty\.yaml is not valid:\n {2}.*expected object, received null/],
    ['no recipe file', ['none.yaml'], /none\.yaml cannot be read: ENOENT/],
    ['no photo', ['photos.yaml', 'none.jpg'], /none\.jpg cannot be read: ENOENT/],
    ['no picture', ['photos.yaml', 'notes.jpg'], /^UNSUPPORTED_FORMAT: the upload is text/],
    [
      'a format that the recipe does not take',
      ['photos.yaml', 'drawing.png'],
      /^UNSUPPORTED_FORMAT: The bytes are png; recipe "photos" takes jpeg$/,
    ],
  ])('%s', async (_, args, message) => {
    const [recipes = '', ...rest] = args;
    expect(await plan(recipes, ...rest)).toBe(1);
    expect(said.out).toBe('');
    expect(said.error.trimEnd()).toMatch(message);
    expect(said.error).not.toMatch(/^ {4}at /m);
  });

  test('too few arguments', async () => {
    expect(await run(['plan', 'photos.yaml'], io)).toBe(1);
    expect(said.error).toBe('plan takes RECIPES.yaml PHOTO [RECIPE]\n');
  });

  test.each([[[]], [['plann']], [['constructor']]])('%j is no command', async (args) => {
    expect(await run(args, io)).toBe(1);
    expect(said.error).toContain('usage: npm run darkroom -- COMMAND\n  plan RECIPES.yaml PHOTO');
  });
});

test('as a program: paths are those of the folder in which npm was called', async () => {
  const main = path.join(import.meta.dirname, 'main.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, 'plan', 'photos.yaml', 'photo.jpg'],
    { env: { ...process.env, INIT_CWD: folder } },
  );
  expect(stdout).toMatch(/^photo\.jpg: recipe photos/);
  await expect(
    promisify(execFile)(process.execPath, [main, 'plan', 'photos.yaml'], { cwd: folder }),
  ).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'plan takes RECIPES.yaml PHOTO [RECIPE]\n',
  });
});

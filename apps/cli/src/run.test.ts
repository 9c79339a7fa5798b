import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { animatedSample, sample } from '@darkroom/transforms/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorSchema } from './explain-error.ts';
import { run } from './run.ts';

let folder: string;
let said: { out: string; error: string };
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'darkroom-cli-'));
  await Promise.all([
    writeFile(inFolder('photo.jpg'), await sample({ width: 320, height: 240, orientation: 6 })),
    writeFile(inFolder('drawing.png'), await sample({ width: 32, height: 24, format: 'png' })),
    writeFile(inFolder('moving.gif'), await animatedSample('gif', { frames: 4 })),
    writeFile(inFolder('notes.jpg'), 'no picture'),
    writeFile(inFolder('nothing.jpg'), ''),
    ...Object.entries(files).map(([name, text]) => writeFile(inFolder(name), text)),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());
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
const recipe = (steps: string) => `{ name: photos, variants: [{ name: web, steps: ${steps} }] }`;
const stack = (more: string, steps = '[]') => `
config:
  darkroom:pipeline:
    recipes: [${recipe(steps)}]
    ${more}
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
  'Pulumi.small.yaml': stack('limits: { pages: 3 }\n    function: { memory: 512 }'),
  'settings.yaml': `{ recipes: [${recipe('[]')}], limits: { pages: 3 } }`,
  'Pulumi.bytes.yaml': stack('limits: { bytes: 99 }'),
  'Pulumi.side.yaml': stack('limits: { side: 300 }'),
  'Pulumi.wrong.yaml': 'config: { darkroom:pipeline: { limits: { pages: 0 } } }',
  'Pulumi.logo.yaml': stack('', '[{ watermark: { image: logo.png } }]'),
  'crop.yaml': recipe('[{ crop: { left: 900, top: 0, width: 9, height: 9 } }]'),
  'huge.yaml': recipe('[{ resize: { width: 30000, height: 30000, fit: fill } }, { encode: png }]'),
  'wide.yaml': `{ name: photos, variants: [{ name: 'w{width}', widths: [${Array.from({ length: 30 }, (_, index) => index + 1).join(', ')}], steps: [] }] }`,
  'two.yaml': `${photos}---${photos}`,
  'alias.yaml': recipe('*steps'),
  'bomb.yaml': [...'bcdefghi'].reduce(
    (lines, name, index) =>
      `${lines}${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]\n`,
    'a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n',
  ),
  'no-yaml.yaml': 'name: [\n',
  'empty.yaml': '',
};

const unwrapped = (text: string) => text.trimEnd().replaceAll(/\n {4,}/g, ' ');
const oneLine = (text: string) => unwrapped(text).replaceAll('\n', ' ');
const inFolder = (name: string) => path.join(folder, name);
const io = {
  streams: {
    stdout: { write: (text: string) => void (said.out += text) },
    stderr: { write: (text: string) => void (said.error += text) },
    stdin: {},
    env: {},
  },
};
const explain = (recipes: string, photo = 'photo.jpg', ...more: string[]) =>
  run(['explain', inFolder(recipes), inFolder(photo), ...more], io);

describe('explain', () => {
  test('prints the stages, why each ends, what is copied and not made, and the memory', async () => {
    expect(await explain('photos.yaml')).toBe(0);
    expect(said.error).toBe('');
    expect(
      said.out
        .replaceAll(folder, '')
        .replace(/\d+ bytes/, 'N bytes')
        .replace(/bytes: [\d,]+/, 'bytes: N')
        .replace(/about \d+ MiB/, 'about N MiB')
        .replace(/\d+ would/, 'N would')
        .replace(/(cpuSeconds|memory): [\d.]+ of/g, '$1: N of'),
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
memory: about N MiB at the peak, 1 file at a time
  function.memory: 1,769, of which an upload may have 1,629; N would do
limits:
  bytes: N of 104,857,600
  pixels: 76,800 of 100,000,000
  side: 320 of 65,535
  pages: 1 of 500
  cpuSeconds: N of 20
  memory: N of 2,048
`);
  });

  test('as JSON, has the memory, the CPU time and the limits as numbers', async () => {
    expect(await explain('photos.yaml', 'photo.jpg', '--json')).toBe(0);
    const plan = JSON.parse(said.out) as { memory: { upload: number; function: number } };
    expect(plan).toMatchObject({
      limits: expect.arrayContaining([{ limit: 'pixels', used: 76_800, allowed: 100_000_000 }]),
    });
    expect(plan).toMatchObject({ decodeSeconds: expect.any(Number) });
    expect(plan.memory.function).toBeGreaterThan(plan.memory.upload);
  });

  test('takes one of several recipes by its name', async () => {
    expect(await explain('list.yaml', 'photo.jpg', '--recipe', 'b')).toBe(0);
    expect(said.out).toContain('recipe b');
    expect(said.out).toContain('flop');
  });

  test('takes the recipes of a stack file', async () => {
    expect(await explain('Pulumi.dev.yaml')).toBe(0);
    expect(said.out).toContain('recipe uploads');
  });

  test('takes the limits and the memory of a stack file', async () => {
    expect(await explain('Pulumi.small.yaml')).toBe(0);
    expect(said.out).toContain('function.memory: 512, of which an upload may have 372; ');
    expect(said.out).toContain('  pages: 1 of 3\n');
  });

  test('takes settings as they stand in a stack file, too', async () => {
    expect(await explain('settings.yaml')).toBe(0);
    expect(said.out).toContain('recipe photos');
    expect(said.out).toContain('  pages: 1 of 3\n');
  });

  test('has no line that a terminal of 80 columns would break', async () => {
    expect(await explain('wide.yaml')).toBe(0);
    const long = said.out
      .replaceAll(folder, '')
      .split('\n')
      .filter((line) => line.length > 80);
    expect(long).toEqual([]);
    expect(said.out).toMatch(/^ {6}w\d+, /m);
  });
});

describe('a photo that the function would reject is told with the code, and exit code 1', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'too many bytes',
      'Pulumi.bytes.yaml',
      'photo.jpg',
      /TOO_LARGE: bytes: [\d,]+, the limit is 99$/,
    ],
    [
      'too long a side',
      'Pulumi.side.yaml',
      'photo.jpg',
      /TOO_LARGE: longest side.*: 320, the limit is 300$/,
    ],
    ['too many pages', 'Pulumi.small.yaml', 'moving.gif', /TOO_LARGE: pages: 4, the limit is 3$/],
    ['no bytes', 'photos.yaml', 'nothing.jpg', /CORRUPT_IMAGE: the upload has zero bytes$/],
    [
      'a step that cannot be',
      'crop.yaml',
      'photo.jpg',
      /NOT_APPLICABLE: recipe photos, variant web, step 0 \(crop\): /,
    ],
  ])('%s', async (_, recipes, photo, message) => {
    expect(await explain(recipes, photo)).toBe(1);
    expect(said.out).toBe('');
    expect(oneLine(said.error)).toMatch(message);
    expect(oneLine(said.error)).toContain(`${inFolder(photo)} would be rejected: `);
  });

  test('too little memory: after the plan, which shows what takes it', async () => {
    expect(await explain('huge.yaml')).toBe(1);
    expect(said.out).toContain('= web: png, 30000×30000');
    expect(oneLine(said.error)).toMatch(/would be rejected: TOO_LARGE: memory in MiB: needs about/);
  });
});

describe('help', () => {
  test.each([['help'], ['--help'], ['-h']])('%s lists the commands', async (...args) => {
    expect(await run(args, io)).toBe(0);
    expect(said.out).toMatch(
      /^Usage: darkroom \[options\] \[command\]\n.*\n {2}explain +prints the stages/s,
    );
    expect(said.error).toBe('');
  });

  test.each([['--help'], ['-h']])('explain %s explains the arguments', async (option) => {
    expect(await run(['explain', option], io)).toBe(0);
    expect(said.out).toMatch(/^Usage: darkroom explain \[options\] <recipes> <photo>\n/);
    expect(said.out).toMatch(/limits.*exits\s+with 1.*Examples:/s);
  });
});

describe('a mistake is one message and exit code 2', () => {
  test.each<[string, string[], RegExp]>([
    [
      'several recipes',
      ['list.yaml'],
      /list\.yaml has several recipes: a, b\nName one with --recipe NAME\.$/,
    ],
    [
      'a name of none',
      ['list.yaml', 'photo.jpg', '--recipe', 'c'],
      /has no recipe "c"; there are: a, b$/,
    ],
    [
      'a wrong option',
      ['wrong.yaml'],
      /wrong\.yaml is not valid:\n {2}variants\[0\]\.steps\[0\]\.resize\.widht: unknown option/,
    ],
    ['a wrong list', ['wrong-list.yaml'], /is not valid:\n {2}\[0\]\.variants: .*>=1 items/],
    [
      'a wrong stack file',
      ['Pulumi.wrong.yaml'],
      /Pulumi\.wrong\.yaml, darkroom:pipeline is not valid:\n {2}recipes: is missing: expected a list\n {2}limits\.pages: .*got 0$/s,
    ],
    [
      'a stack file that names no file of its assets',
      ['Pulumi.logo.yaml'],
      /^SIDE_FILE: recipe photos, variant web, step 0 \(watermark\.image\): the side file .*assets\/logo\.png is not there$/,
    ],
    ['invalid YAML', ['no-yaml.yaml'], /no-yaml\.yaml is not valid YAML: .* at line 2, column 1/],
    ['a picture', ['photo.jpg'], /photo\.jpg is not valid YAML: it is a binary file$/],
    [
      'two documents',
      ['two.yaml'],
      /two\.yaml has several documents \(---\), and one is expected$/,
    ],
    [
      'an alias of nothing',
      ['alias.yaml'],
      /alias\.yaml is not valid YAML: Unresolved alias.*: steps$/,
    ],
    ['a bomb', ['bomb.yaml'], /bomb\.yaml is not valid YAML: Excessive alias count/],
    ['nothing', ['empty.yaml'], /empty\.yaml is not valid:\n {2}expected a map, got nothing$/],
    ['no recipe file', ['none.yaml'], /none\.yaml cannot be read: ENOENT/],
    ['no photo', ['photos.yaml', 'none.jpg'], /none\.jpg cannot be read: ENOENT/],
    [
      'no picture',
      ['photos.yaml', 'notes.jpg'],
      /notes\.jpg would be rejected: UNSUPPORTED_FORMAT: the upload is text/,
    ],
    [
      'a format that the recipe does not take',
      ['photos.yaml', 'drawing.png'],
      /drawing\.png would be rejected: UNSUPPORTED_FORMAT: The bytes are png; recipe "photos" takes jpeg$/,
    ],
  ])('%s', async (_, args, message) => {
    const [recipes = '', ...rest] = args;
    expect(await explain(recipes, ...rest)).toBe(String(message).includes('rejected') ? 1 : 2);
    expect(said.out).toBe('');
    // As one line again, but for the problems, which have a line each.
    expect(unwrapped(said.error)).toMatch(message);
    expect(said.error).not.toMatch(/^ {4}at /m);
  });

  test('too few arguments', async () => {
    expect(await run(['explain', 'photos.yaml'], io)).toBe(2);
    expect(said.error).toMatch(/^error: missing required argument 'photo'\n/);
  });

  test('an option given twice, whose first value Commander would drop', async () => {
    expect(await run(['apply', '--kind', 'missing', '--kind', 'retryable'], io)).toBe(2);
    expect(unwrapped(said.error)).toContain(
      "error: option '--kind <kinds>' argument 'retryable' is invalid. The option is given twice.",
    );
  });

  test.each([[[]], [['explian']], [['constructor']]])('%j is no command', async (args) => {
    expect(await run(args, io)).toBe(2);
    expect(said.error).toMatch(args.length === 0 ? /^Usage: darkroom / : /^error: unknown command/);
    expect(said.error).toMatch(args[0] === 'explian' ? /\(Did you mean explain\?\)/ : /--help/);
  });
});

test.each<[string, string[], object]>([
  ['an unknown command', ['explian'], { code: 'USAGE', message: /Did you mean explain\?/ }],
  ['a missing argument', ['explain'], { code: 'USAGE', remedy: /`darkroom explain --help`/ }],
  ['an invalid option', ['apply', '--rate', 'x'], { code: 'USAGE', message: /--rate/ }],
  ['an unknown stack', ['status', '--stack', 'gone'], { remedy: /--source/ }],
  ['an invalid file', ['explain', 'wrong.yaml', 'photo.jpg'], { message: /widht/ }],
])('--json: %s is one line on standard error', async (_, args, expected) => {
  vi.stubEnv('INIT_CWD', folder);
  vi.stubEnv('PATH', folder);
  expect(await run([...args, '--json'], io)).toBeGreaterThan(1);
  expect(said.out).toBe('');
  expect(said.error.trimEnd()).not.toContain('\n');
  const { error } = errorSchema.parse(JSON.parse(said.error));
  for (const [name, text] of Object.entries(expected))
    expect(error[name as keyof typeof error]).toMatch(text as string | RegExp);
});

test('as a program: paths are those of the folder in which npm was called', async () => {
  const main = path.join(import.meta.dirname, 'main.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, 'explain', 'photos.yaml', 'photo.jpg'],
    { env: { ...process.env, INIT_CWD: folder } },
  );
  expect(stdout).toMatch(/^photo\.jpg: recipe photos/);
  await expect(
    promisify(execFile)(process.execPath, [main, 'explain', 'photos.yaml'], { cwd: folder }),
  ).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining("error: missing required argument 'photo'\n"),
  });
});

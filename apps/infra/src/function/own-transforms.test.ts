import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { catalog, parseSettings, SettingsError } from '@darkroom/pipeline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recipes } from '../testing/observed.ts';
import { bundleOwnTransforms } from './own-transforms.ts';

const AUTHORING = path.resolve(import.meta.dirname, '../../../../libs/transforms/src/authoring.ts');
let folder: string;

/** The source of a transform's file. */
function source(definition: string, more = ''): string {
  return `import { defineTransform } from ${JSON.stringify(AUTHORING)};
import * as z from 'zod';
${more}
export const made = defineTransform(${definition});`;
}

const VIGNETTE = source(
  `{
  name: 'vignette', version: 1, scalar: 'strength',
  options: z.strictObject({ strength: z.number().min(0).max(1).default(0.5) }),
  apply: (image: Sharp, { strength }: { strength: number }) => image.linear(1 - strength / 2, 0),
}`,
  `import type { Sharp } from 'sharp';`,
);
const definitionWith = (members: string) =>
  source(
    `{ name: 'vignette', version: 1, options: z.strictObject({}), apply: (image) => image, ${members} }`,
  );

function write(file: string, text: string): string {
  const absolute = path.join(folder, file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
  return `./${file}`;
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'darkroom-transforms-'));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(
    path.resolve(import.meta.dirname, '../../../../node_modules/zod'),
    path.join(folder, 'node_modules/zod'),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  bundleOwnTransforms([]);
});

const stepsOf = (step: object) => [{ name: 'photos', variants: [{ name: 'dark', steps: [step] }] }];

describe('own transforms', () => {
  test('are known to recipes, with their options and defaults', () => {
    bundleOwnTransforms([write('vignette.ts', VIGNETTE)], folder);
    const parse = (step: object) => parseSettings({ recipes: stepsOf(step) }, 'test');
    expect(parse({ vignette: null }).recipes[0]?.variants[0]?.steps).toEqual([
      { transform: 'vignette', options: { strength: 0.5 } },
    ]);
    expect(() => parse({ vignette: { strenght: 1 } })).toThrow(
      /vignette\.strenght.*unknown option "strenght"; allowed: strength/,
    );
    expect(() => parse({ vignette: 2 })).toThrow(SettingsError);
  });

  test('belong to one pipeline: the next one does not know them', () => {
    bundleOwnTransforms([write('vignette.ts', VIGNETTE)], folder);
    expect(catalog.names).toContain('vignette');
    bundleOwnTransforms([]);
    expect(catalog.names).not.toContain('vignette');
    expect(parseSettings({ recipes }, 'test').recipes).toHaveLength(1);
  });

  test('have the same bundle in every folder, which names neither the folder nor its sources', () => {
    const bundles = ['one', 'two'].map((name) => {
      const own = path.join(folder, name);
      write(`${name}/vignette.ts`, VIGNETTE);
      return bundleOwnTransforms(['vignette.ts'], own);
    });
    expect(bundles[1]).toBe(bundles[0]);
    expect(bundles[0]).not.toContain(folder);
  });

  test('may be several in one file or in several files', () => {
    const two = `${VIGNETTE}\nexport default made;\nexport const other = defineTransform({
      name: 'other', version: 2, options: z.strictObject({}), apply: (image) => image });`;
    const third = source(
      `{ name: 'third', version: 1, options: z.strictObject({}), apply: (i) => i }`,
    );
    bundleOwnTransforms([write('two.ts', two), write('third.mjs', third)], folder);
    expect(catalog.names.slice(-3)).toEqual(['vignette', 'other', 'third']);
  });
});

describe('a file of own transforms is refused', () => {
  test.each<[problem: string, text: string, message: RegExp]>([
    ['with a built-in name', definitionWith(`name: 'resize'`), /"resize": a transform of Darkroom/],
    ['with a name that recipes cannot use', definitionWith(`name: 'a b'`), /a name has letters/],
    [
      'with version 0',
      definitionWith('version: 0'),
      /version must be a whole number from 1, got 0/,
    ],
    [
      'as a setting',
      definitionWith(`kind: 'setting'`),
      /one of pixels, raw, samples, facts, got "setting"/,
    ],
    [
      'if it accepts unknown options',
      definitionWith('options: z.object({})'),
      /use z.strictObject/,
    ],
    [
      'with a wrong example',
      definitionWith('options: z.strictObject({ a: z.number() }).meta({ examples: [{ a: "1" }] })'),
      /reject the example \{"a":"1"\}/,
    ],
    ['without a transform', 'export const vignette = 1;', /own\.ts exports no transform/],
    ['if it throws', 'throw new Error("out of ink");', /threw while it was loaded: out of ink/],
    ['with a syntax error', 'export const = 1;', /own\.ts:1: Expected identifier/],
    [
      'that imports a missing package',
      `import 'not-installed';`,
      /Could not resolve "not-installed"/,
    ],
    [
      'that imports sharp at run time',
      definitionWith('').replace(
        'import',
        `import sharp from 'sharp';\nsharp(Buffer.alloc(1));\nimport`,
      ),
      /own\.ts imports sharp: use the image that `apply` receives/,
    ],
    [
      'that imports a native file',
      `import addon from './addon.node'; addon;`,
      /addon\.node is native/,
    ],
    ['that imports a native package', `import native from 'native'; native;`, /is native code/],
    [
      'if its bundle is large',
      `export const text = ${JSON.stringify('x'.repeat(4 * 1024 * 1024))};`,
      /bytes, at most 4194304 are allowed/,
    ],
  ])('%s', (_, text, message) => {
    write('addon.node', '');
    write('node_modules/native/index.js', 'module.exports = 1;');
    write('node_modules/native/binding.gyp', '{}');
    const own = write('own.ts', text);
    const bundle = () => bundleOwnTransforms([own], folder);
    expect(bundle).toThrow(expect.objectContaining({ code: 'INVALID_TRANSFORM' }));
    expect(bundle).toThrow(message);
    expect(catalog.names).not.toContain('vignette');
  });

  test('if it does not exist', () => {
    expect(() => bundleOwnTransforms(['./vignete.ts'], folder)).toThrow(
      `./vignete.ts does not exist in ${folder}`,
    );
  });

  test('if another file has a transform of the same name', () => {
    const files = ['one.ts', 'two.ts'].map((file) => write(file, VIGNETTE));
    expect(() => bundleOwnTransforms(files, folder)).toThrow(
      './two.ts: another transform has the name "vignette"',
    );
  });
});

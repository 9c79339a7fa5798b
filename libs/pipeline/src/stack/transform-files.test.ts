import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { catalog } from '../catalog.ts';
import { loadOwnTransforms, ownTransforms, TRANSFORMS_FILE } from './own-transforms.ts';
import { parseSettings, SettingsError } from './settings.ts';
import { bundleTransformFiles } from './transform-files.ts';

const AUTHORING = path.resolve(import.meta.dirname, '../../../transforms/src/authoring.ts');
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
  bundleTransformFiles([], folder);
  rmSync(folder, { recursive: true });
});

const stepsOf = (step: object) => [{ name: 'photos', variants: [{ name: 'dark', steps: [step] }] }];

describe('own transforms', () => {
  test('are known to recipes, with their options and defaults', () => {
    bundleTransformFiles([write('vignette.ts', VIGNETTE)], folder);
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
    bundleTransformFiles([write('vignette.ts', VIGNETTE)], folder);
    expect(catalog.names).toContain('vignette');
    bundleTransformFiles([], folder);
    expect(catalog.names).not.toContain('vignette');
    expect(parseSettings({ recipes: stepsOf({ flip: null }) }, 'test').recipes).toHaveLength(1);
  });

  test('have the same bundle in every folder, which names neither the folder nor its sources', () => {
    const bundles = ['one', 'two'].map((name) => {
      const own = path.join(folder, name);
      write(`${name}/vignette.ts`, VIGNETTE);
      return bundleTransformFiles(['vignette.ts'], own);
    });
    expect(bundles[1]).toBe(bundles[0]);
    expect(bundles[0]).not.toContain(folder);
  });

  test('are loaded by the function from its package, which has no file without them', () => {
    const code = bundleTransformFiles([write('vignette.ts', VIGNETTE)], folder) ?? '';
    bundleTransformFiles([], folder);
    write(TRANSFORMS_FILE, code);
    loadOwnTransforms(folder);
    expect(catalog.names).toContain('vignette');
    rmSync(path.join(folder, TRANSFORMS_FILE));
    loadOwnTransforms(folder);
    expect(catalog.names).not.toContain('vignette');
  });

  test('keep the names of functions and the licences of packages, and leave out what is not used', () => {
    write('node_modules/both/package.json', '{ "main": "main.js", "module": "module.mjs" }');
    write('node_modules/both/main.js', 'exports.used = "of main"; exports.unused = "left out";');
    write('node_modules/both/module.mjs', '/*! Licence of both */ export const used = "of module"; export const unused = "left out";'); // prettier-ignore
    const text = source(
      `{ name: 'named', version: 1, options: z.strictObject({}), apply: (image) => image }`,
      `import { used } from 'both'; import fs from 'node:fs';
export function longFunctionName(someLongParameter: string) { return someLongParameter + used + fs.constants; }`,
    );
    const code = bundleTransformFiles([write('named.ts', text)], folder) ?? '';
    for (const text of ['Licence of both', 'of module', 'longFunctionName'])
      expect(code.includes(text), text).toBe(true);
    for (const text of ['left out', 'of main', 'someLongParameter'])
      expect(code.includes(text), text).toBe(false);
  });

  test('may have the path of a file as it is, absolute or without a dot', () => {
    write('vignette.ts', VIGNETTE);
    for (const file of ['vignette.ts', './vignette.ts', path.join(folder, 'vignette.ts')]) {
      bundleTransformFiles([file], folder);
      expect(catalog.names).toContain('vignette');
    }
  });

  test('may be several in one file or in several files', () => {
    const two = `${VIGNETTE}\nexport default made;\nexport const other = defineTransform({
      name: 'other', version: 2, options: z.strictObject({}), apply: (image) => image });`;
    const third = source(
      `{ name: 'third', version: 1, options: z.strictObject({}), apply: (i) => i }`,
    );
    bundleTransformFiles([write('two.ts', two), write('third.mjs', third)], folder);
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
    ['of a scope', `import native from '@scope/native'; native;`, /is native code/],
    [
      'whose result is not an option',
      definitionWith(
        'options: z.strictObject({ a: z.number().transform(String) }).meta({ examples: [{ a: 1 }] })',
      ),
      /reject their own result for the example \{"a":1\}/,
    ],
    [
      'if its bundle is large',
      `export const text = ${JSON.stringify('x'.repeat(4 * 1024 * 1024))};`,
      /bytes, at most 4194304 are allowed/,
    ],
  ])('%s', (_, text, message) => {
    write('addon.node', '');
    write('node_modules/native/index.js', 'module.exports = 1;');
    write('node_modules/native/binding.gyp', '{}');
    write('node_modules/@scope/native/index.js', 'module.exports = 1;');
    write('node_modules/@scope/native/prebuilds/one.txt', '');
    const own = write('own.ts', text);
    const bundle = () => bundleTransformFiles([own], folder);
    const error = { name: 'OwnTransformError', code: 'INVALID_TRANSFORM' };
    expect(bundle).toThrow(expect.objectContaining(error));
    expect(bundle).toThrow(message);
    expect(catalog.names).not.toContain('vignette');
  });

  test('if it does not exist', () => {
    expect(() => bundleTransformFiles(['./vignete.ts'], folder)).toThrow(
      `./vignete.ts does not exist in ${folder}`,
    );
  });

  test('if another file has a transform of the same name', () => {
    const files = ['one.ts', 'two.ts'].map((file) => write(file, VIGNETTE));
    expect(() => bundleTransformFiles(files, folder)).toThrow(
      './two.ts: another transform has the name "vignette"',
    );
  });
});

describe('what a module exports', () => {
  const made = {
    ...{ name: 'made', version: 1, kind: 'pixels', options: z.strictObject({}) },
    ...{ bind: () => ({}), sideFiles: () => [] },
  };

  test('is a transform if it has the members of one, once', () => {
    const others = { text: 'a', nothing: null, number: 5, list: [] };
    const incomplete = [
      { ...made, name: 1 },
      { ...made, bind: 1 },
      { ...made, options: 1 },
    ];
    const modules = { 'own.ts': { made, default: made, ...others, ...incomplete } };
    expect(ownTransforms(modules)).toEqual([made]);
    expect(() => ownTransforms({ 'own.ts': { ...others, ...incomplete } })).toThrow(
      'own.ts exports no transform',
    );
  });

  test.each([
    ['name', 'own-2d', true],
    ['name', '2d', false],
    ['name', 'own-', false],
    ['version', 2, true],
    ['version', 0, false],
    ['version', 1.5, false],
    ['kind', 'raw', true],
    ['kind', 'samples', true],
    ['kind', 'facts', true],
    ['kind', 'join', false],
  ])('may have the %s %s: %s', (member, value, isRight) => {
    const load = () => ownTransforms({ 'own.ts': { made: { ...made, [member]: value } } });
    if (isRight) expect(load()).toHaveLength(1);
    else expect(load).toThrow('own.ts, transform');
  });
});

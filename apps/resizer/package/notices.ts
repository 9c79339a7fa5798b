import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PackagingError } from './packaging-error.ts';

/** File names, in the checkout and in the function's package. */
export const LICENCE = 'LICENSE';
export const NOTICES = 'THIRD-PARTY-NOTICES.txt';
/** Written by esbuild next to the bundle (project.json); it stays out of the package. */
export const METAFILE = 'meta.json';

/** The part of esbuild's metafile that says which files contribute bytes to the bundle. */
export interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
        /** The module that the output was made for. */
        readonly entryPoint?: string;
        readonly imports?: readonly { readonly path: string }[];
      }
    >
  >;
}

interface Notice {
  readonly name: string;
  readonly text: string;
}

const require = createRequire(import.meta.url);
const RULE = '='.repeat(80);
const LICENCE_FILE = /^(licen[cs]e|notice|copying)/i;

/**
 * Lists the terms of everything in the function's package that is not Darkroom's own: bundled packages and data, and
 * sharp's native libraries. The text is the same on every platform.
 *
 * @param metafile esbuild's, with paths relative to `workspace`
 * @param workspace the checkout, with its `node_modules`
 * @throws PackagingError `LICENCE_UNKNOWN` if the terms of a bundled file or a native library are not known
 */
export function thirdPartyNotices(metafile: Metafile, workspace: string): string {
  const { summary, licences } = nativeLibraries(workspace);
  return [
    "Darkroom's function contains the following third-party software and data.",
    "Darkroom's own licence is in the file LICENSE.",
    'Generated from the bundle by `npm run notices`.',
    summary,
    ...bundledNotices([metafile], workspace),
    ...licences.map((id) => section(`Licence text: ${id}`, licenceText(id))),
  ].join('\n\n');
}

/**
 * Lists the terms of everything in the package of the command line that is not Darkroom's own. npm installs sharp.
 *
 * @param metafiles esbuild's, with paths relative to `workspace`
 * @throws PackagingError `LICENCE_UNKNOWN`
 */
export function commandLineNotices(metafiles: readonly Metafile[], workspace: string): string {
  return [
    'The command line of Darkroom contains the following third-party software and data.',
    "Darkroom's own licence is in the file LICENSE.",
    ...bundledNotices(metafiles, workspace),
  ].join('\n\n');
}

/** Prices and versions of our own. */
const OWN_DATA = /^(?:apps\/cli\/package\.json|libs\/economics\/src\/[\w-]+\.json)$/;

function bundledNotices(metafiles: readonly Metafile[], workspace: string): string[] {
  const inputs = [...new Set(metafiles.flatMap(bundledInputs))];
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = [...folders].sort().map((folder) => packageNotice(path.join(workspace, folder)));
  const data = inputs.filter(
    (input) => !packageFolder(input) && !/\.(?:[cm]?[jt]s)$/.test(input) && !OWN_DATA.test(input),
  );
  return byText([...packages, ...data.sort().map((file) => dataNotice(workspace, file))]);
}

function bundledInputs({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return [...new Set(inputs.filter(([, use]) => use.bytesInOutput > 0).map(([file]) => file))];
}

function packageFolder(input: string): string | undefined {
  return /^(?<folder>.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.groups?.['folder'];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** WebAssembly in packages that leave out its licences, by the packages' names. */
const EMBEDDED: Readonly<
  Record<string, { readonly what: string; readonly licences: readonly string[] }>
> = {
  '@hyzyla/pdfium': { what: 'PDFium', licences: ['Apache-2.0'] },
  '@cornerstonejs/codec-charls': { what: 'CharLS', licences: ['BSD-3-Clause'] },
  '@cornerstonejs/codec-libjpeg-turbo-8bit': {
    what: 'libjpeg-turbo',
    licences: ['IJG', 'BSD-3-Clause'],
  },
  '@cornerstonejs/codec-openjpeg': { what: 'OpenJPEG', licences: ['BSD-2-Clause'] },
  '@cornerstonejs/codec-openjph': { what: 'OpenJPH', licences: ['BSD-2-Clause'] },
};

function packageNotice(folder: string): Notice {
  const manifest = readJson(path.join(folder, 'package.json')) as Manifest;
  const { name, version, license = '', author } = manifest;
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map(({ name }) => name);
  const holder = typeof author === 'object' ? author.name : author || `the authors of ${name}`;
  const texts =
    files.length > 0
      ? files.sort().map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
      : // Some packages name a licence without its text.
        [heldBy(holder, licenceText(license, name))];
  const { what, licences } = EMBEDDED[name] ?? { what: '', licences: [] };
  if (licences.length > 0) texts.push(`It contains ${what} (${licences.join(', ')}).`);
  texts.push(...licences.map((id) => heldBy(`the authors of ${what}`, licenceText(id))));
  return { name: `${name} ${version} (${license})`, text: texts.join('\n\n') };
}

/** Fills in the template of a licence. */
function heldBy(holder: string, text: string): string {
  return text.replace(/<year> ?/i, '').replace(/<(?:copyright holders?|owner)>/i, holder);
}

/** Data files of our own libraries, such as fonts, carry their terms in a property `licence`. */
function dataNotice(workspace: string, file: string): Notice {
  const { licence } = readJson(path.join(workspace, file)) as { licence?: string };
  if (licence !== undefined) return { name: file, text: licence.trim() };
  throw unknown(`${file} is bundled and has no property "licence"`);
}

/** Terms as the table of `@img/sharp-libvips-*` names them, and their SPDX identifiers. */
const TERMS: readonly (readonly [pattern: RegExp, ids: readonly string[]])[] = [
  [/LGPLv3/, ['LGPL-3.0-or-later', 'GPL-3.0-or-later']],
  [/BSD 2-Clause/, ['BSD-2-Clause']],
  [/BSD 3-Clause|New BSD/, ['BSD-3-Clause']],
  [/MIT License/, ['MIT']],
  [/Mozilla Public License 1\.1/, ['MPL-1.1']],
  [/freetype License/, ['FTL']],
  [/fontconfig License/, ['HPND-sell-variant']],
  [/libpng License/, ['libpng-2.0']],
  [/libtiff License/, ['libtiff']],
  [/zlib License/, ['Zlib']],
  [/IJG License/, ['IJG']],
];

/** sharp's binding and libvips: the packages of all platforms have the same versions and the same table. */
function nativeLibraries(workspace: string) {
  const scope = path.join(workspace, 'node_modules/@img');
  const name = readdirSync(scope).find((folder) => folder.startsWith('sharp-libvips-'));
  if (name === undefined) throw unknown('npm has installed no @img/sharp-libvips-* package');
  const { version } = readJson(path.join(scope, name, 'package.json')) as Manifest;
  const versions = readJson(path.join(scope, name, 'versions.json')) as Record<string, string>;
  const readme = readFileSync(path.join(scope, name, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| (?<library>[a-z][\w-]*) +\| (?<terms>.+?) +\|$/gm)].map(
    ({ groups }) => ({ library: groups?.['library'] ?? '', terms: groups?.['terms'] ?? '' }),
  );
  if (!rows.some(({ library }) => library === 'libvips')) throw unknown(`${name} lists no terms`);
  const licences = rows.flatMap(({ library, terms }) => {
    const found = TERMS.filter(([pattern]) => pattern.test(terms)).flatMap(([, ids]) => ids);
    if (found.length === 0) throw unknown(`The terms of ${library} are not known: "${terms}"`);
    return found;
  });
  const vips = versions['vips'] ?? '';
  const summary = section(
    `@img/sharp-libvips-* ${version} (LGPL-3.0-or-later)`,
    [
      `libvips ${vips} and its dependencies as shared libraries, in the folder`,
      'node_modules/@img/sharp-libvips-PLATFORM of the package. Darkroom does not change them.',
      'They are linked dynamically: another build of the same version can replace the file.',
      '',
      `Source of libvips:       https://github.com/libvips/libvips/tree/v${vips}`,
      `Source of the build:     https://github.com/lovell/sharp-libvips/tree/v${version}`,
      '(the build script names the address of the source of each library below)',
      '',
      ...rows.map(({ library, terms }) => `${library.padEnd(15)}${terms}`),
      '',
      'LGPLv3 is used by the "any later version" clause of the LGPLv2 or LGPLv2.1.',
      'The licence texts are at the end of this file.',
    ].join('\n'),
  );
  return { summary, licences: [...new Set(licences)].sort() };
}

/** One section for all notices with the same text: most packages of one scope share theirs. */
function byText(notices: readonly Notice[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, text } of notices) names.set(text, [...(names.get(text) ?? []), name]);
  return [...names].map(([text, of]) => section(of.join('\n'), text));
}

function section(title: string, text: string): string {
  return `${RULE}\n${title}\n${RULE}\n\n${text}`;
}

function licenceText(id: string, of = id): string {
  try {
    const file = require.resolve(`spdx-license-list/licenses/${id}.json`);
    return (readJson(file) as { licenseText: string }).licenseText.trim();
  } catch (cause) {
    throw unknown(`${of} has no licence text and no SPDX licence: "${id}"`, cause);
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function unknown(problem: string, cause?: unknown): PackagingError {
  return new PackagingError('LICENCE_UNKNOWN', `${problem} (${NOTICES})`, { cause });
}

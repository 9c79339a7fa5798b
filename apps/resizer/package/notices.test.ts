import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LICENCE, METAFILE, NOTICES, thirdPartyNotices, type Metafile } from './notices.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
const dist = path.resolve(import.meta.dirname, '../dist');

describe('the notices of this checkout', () => {
  const text = readFileSync(path.join(checkout, NOTICES), 'utf8');

  test('are current', () => {
    const metafile = readFileSync(path.join(dist, 'bundle', METAFILE), 'utf8');
    const now = thirdPartyNotices(JSON.parse(metafile) as Metafile, checkout);
    expect(now === text, `${NOTICES} is stale: npm run notices`).toBe(true);
  });

  test('list bundled packages, the font and libvips with its source', () => {
    expect(text).toContain('\nzod 4');
    expect(text).toContain('SIL OPEN FONT LICENSE');
    expect(text).toMatch(/https:\/\/github\.com\/libvips\/libvips\/tree\/v8\.\d+\.\d+\n/);
    expect(text).toContain('\nGNU LESSER GENERAL PUBLIC LICENSE');
    expect(text).toContain('\nGNU GENERAL PUBLIC LICENSE');
  });

  test('are in the package, without the metafile', () => {
    for (const name of [LICENCE, NOTICES]) {
      const packaged = readFileSync(path.join(dist, 'host', name), 'utf8');
      expect(packaged === readFileSync(path.join(checkout, name), 'utf8'), name).toBe(true);
    }
    expect(existsSync(path.join(dist, 'host', METAFILE))).toBe(false);
  });
});

describe('a small bundle', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'darkroom-notices-'));
    write('node_modules/@img/sharp-libvips-linux-x64/package.json', { version: '1.0.0' });
    write('node_modules/@img/sharp-libvips-linux-x64/versions.json', { vips: '8.0.0' });
    write(
      'node_modules/@img/sharp-libvips-linux-x64/README.md',
      '| Library | Terms |\n|---|---|\n| libvips | LGPLv3 |\n',
    );
    write('node_modules/a/package.json', { name: 'a', version: '1.2.3', license: 'MIT' });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  function write(file: string, content: unknown): void {
    mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(path.join(workspace, file), text);
  }

  /** Notices for a bundle of these files, with the bytes that each one contributes. */
  function noticesFor(inputs: Readonly<Record<string, number>>): string {
    const sizes = Object.entries(inputs).map(([file, bytesInOutput]) => [file, { bytesInOutput }]);
    const output = {
      inputs: Object.fromEntries(sizes) as Record<string, { bytesInOutput: number }>,
    };
    return thirdPartyNotices({ outputs: { 'index.mjs': output } }, workspace);
  }

  test('lists a package once, with the text of its licence file', () => {
    write('node_modules/a/LICENSE', 'Do as you like.\n');
    const text = noticesFor({ 'node_modules/a/one.js': 10, 'node_modules/a/lib/two.js': 10 });
    expect(text.match(/^a 1\.2\.3 \(MIT\)$/gm)).toHaveLength(1);
    expect(text).toContain('Do as you like.');
  });

  test('takes the text of SPDX for a package without a licence file', () => {
    expect(noticesFor({ 'node_modules/a/one.js': 10 })).toContain(
      'Copyright (c) the authors of a\n\nPermission is hereby granted',
    );
  });

  test('leaves out packages that contribute no bytes, and own source files', () => {
    const text = noticesFor({ 'node_modules/a/one.js': 0, 'libs/b/src/b.ts': 10 });
    expect(text).not.toContain('1.2.3');
    expect(text).not.toContain('b.ts');
  });

  test('rejects a package without any licence', () => {
    write('node_modules/a/package.json', { name: 'a', version: '1.2.3' });
    expect(() => noticesFor({ 'node_modules/a/one.js': 10 })).toThrow(
      expect.objectContaining({
        code: 'LICENCE_UNKNOWN',
        message: expect.stringContaining('a has'),
      }),
    );
  });

  test('rejects bundled data without terms', () => {
    write('libs/b/font.json', { glyphs: [] });
    expect(() => noticesFor({ 'libs/b/font.json': 10 })).toThrow(/libs\/b\/font\.json is bundled/);
  });

  test('rejects terms of a native library that it does not know', () => {
    write('node_modules/@img/sharp-libvips-linux-x64/README.md', '| libvips | Secret |\n');
    expect(() => noticesFor({})).toThrow('The terms of libvips are not known: "Secret"');
  });
});

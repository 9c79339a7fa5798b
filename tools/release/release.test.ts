import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { releaseChangelog, unreleasedEntries } from './changelog.ts';

const CHECKOUT = path.resolve(import.meta.dirname, '../..');
const MANIFESTS = ['package.json', '{apps,examples,libs}/*/package.json', 'lab/package.json'];
const read = (file: string) => readFileSync(path.join(CHECKOUT, file), 'utf8');

const CHANGELOG = `# Changelog

## [Unreleased]

### Fixed

- A defect.

## [1.0.0] - 2026-01-01

- The first release.
`;

describe('the changelog', () => {
  test('gets a heading for the release, below an empty "Unreleased"', () => {
    expect(releaseChangelog(CHANGELOG, '1.0.1', '2026-02-03')).toBe(`# Changelog

## [Unreleased]

## [1.0.1] - 2026-02-03

### Fixed

- A defect.

## [1.0.0] - 2026-01-01

- The first release.
`);
  });

  test('is not released without entries', () => {
    const empty = CHANGELOG.replace('- A defect.', '');
    expect(() => releaseChangelog(empty, '1.0.1', '2026-02-03')).toThrow(
      expect.objectContaining({ code: 'NOTHING_TO_RELEASE' }),
    );
  });

  test('is not released without the heading "Unreleased"', () => {
    expect(() => unreleasedEntries('# Changelog\n')).toThrow(
      expect.objectContaining({ code: 'NO_UNRELEASED_HEADING' }),
    );
  });

  test('is not released twice with one version', () => {
    expect(() => releaseChangelog(CHANGELOG, '1.0.0', '2026-02-03')).toThrow(
      expect.objectContaining({ code: 'ALREADY_RELEASED' }),
    );
  });

  test('of this checkout has the heading', () => {
    expect(read('CHANGELOG.md')).toContain('\n## [Unreleased]\n');
  });
});

describe('a dry run', () => {
  test('names every package and the tag, and changes no file', async () => {
    const manifests = globSync(MANIFESTS, { cwd: CHECKOUT });
    const files = [...manifests, 'package-lock.json', 'CHANGELOG.md'];
    const before = files.map(read);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const next = `${Number(version.split('.')[0]) + 1}.0.0`;

    const program = path.join(import.meta.dirname, 'main.ts');
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [program, 'major', '--dry-run'],
      { env: { ...process.env, NX_DAEMON: 'false' }, maxBuffer: 16 * 1024 * 1024 },
    );

    // Nx lists the files on standard error.
    const output = stripVTControlCharacters(stdout + stderr);
    for (const manifest of manifests) expect(output).toContain(`UPDATE ${manifest} [dry-run]`);
    expect(output).toContain(`Would commit and tag v${next}.`);
    expect(files.map(read)).toEqual(before);
  });

  test('without a specifier prints the usage and ends with exit code 1', async () => {
    const program = path.join(import.meta.dirname, 'main.ts');
    await expect(
      promisify(execFile)(process.execPath, [program, '--dry-run']),
    ).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Usage:') });
  });
});

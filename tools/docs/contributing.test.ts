import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(CHECKOUT, file), 'utf8');

describe('CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md');
  const section = (title: string) => text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  /** Code that names a file or folder of the checkout. */
  const paths = (of: string) =>
    [...of.matchAll(/`(?<code>[^`\s]+)`/g)]
      .map(({ groups }) => groups?.['code'] ?? '')
      .filter((code) => code.includes('/') || /\.(md|mjs|json|ts)$/.test(code));

  test('names only files and folders that exist', () => {
    expect(paths(text).length).toBeGreaterThan(40);
    for (const file of paths(text)) expect(existsSync(path.join(CHECKOUT, file)), file).toBe(true);
  });

  test('lists at least ten ordinary changes, each with its file or folder', () => {
    const changes = section('Where do I change …?').match(/^- .+$/gm) ?? [];
    expect(changes.length).toBeGreaterThanOrEqual(10);
    for (const change of changes) expect(paths(change), change).not.toEqual([]);
  });

  test.each(['a transform', 'a setting', 'an outcome code', 'a resource', 'a CLI command'])(
    'says in five steps how to add %s',
    (what) => {
      expect(section(`Add ${what}`).match(/^\d\. .+$/gm)).toHaveLength(5);
      expect(paths(section(`Add ${what}`)).length).toBeGreaterThan(2);
    },
  );
});

test('all documents ask for the same version of Node', () => {
  const [version] = read('.nvmrc').split('\n');
  const { engines, devDependencies } = JSON.parse(read('package.json')) as {
    engines: { node: string };
    devDependencies: { node: string };
  };
  expect(engines.node).toBe(`>=${version}`);
  expect(devDependencies.node.split('.')[0]).toBe(version);
  for (const file of ['README.md', 'CONTRIBUTING.md', 'docs/deploy.md', 'apps/infra/README.md'])
    expect(/\bNode (?<asked>\d+)/.exec(read(file))?.groups?.['asked'], file).toBe(version);
});

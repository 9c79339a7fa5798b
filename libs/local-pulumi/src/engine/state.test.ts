import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { State, type ResourceState } from './state.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'state-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const open = (endpoint = 'http://127.0.0.1:4566') =>
  State.open({ dataDir, project: 'shop', stack: 'dev', endpoint });
const file = () => path.join(dataDir, 'stacks/dev.json');

const resource = (urn: string, change: Partial<ResourceState> = {}): ResourceState => ({
  urn,
  type: 'test:index:Box',
  name: urn,
  id: urn,
  inputs: { size: 1 },
  outputs: {},
  secrets: [],
  dependencies: [],
  protect: false,
  retainOnDelete: false,
  autoNamed: false,
  creating: false,
  ...change,
});

test('what was put is there after a restart', async () => {
  const state = await open();
  await state.put(resource('a'));
  await state.replace(resource('b'), resource('b', { id: 'b2' }));
  await state.remove(resource('a'));
  const again = await open();
  expect(again.resources()).toEqual([resource('b', { id: 'b2' })]);
  expect(again.replaced()).toEqual([resource('b')]);
});

test('many puts at once end in one whole file that only its owner reads', async () => {
  const state = await open();
  const urns = [...Array(100).keys()].map(String);
  await Promise.all(urns.map((urn) => state.put(resource(urn))));
  expect((await open()).resources().map(({ urn }) => urn)).toEqual(urns);
  expect(await readdir(path.dirname(file()))).toEqual(['dev.json']);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});

test('moves to another endpoint with everything that holds it', async () => {
  const at = (endpoint: string) =>
    resource('a', {
      id: `${endpoint}/000000000000/q`,
      inputs: { note: `see ${endpoint}, not ${endpoint}0`, list: [{ url: endpoint }] },
      outputs: { policy: JSON.stringify({ url: endpoint }) },
    });
  const state = await open();
  await state.put(at('http://127.0.0.1:4566'));
  const moved = (await open('http://127.0.0.1:5000')).get('a');
  expect(moved).toMatchObject({
    id: 'http://127.0.0.1:5000/000000000000/q',
    inputs: {
      // A longer port is another one.
      note: 'see http://127.0.0.1:5000, not http://127.0.0.1:45660',
      list: [{ url: 'http://127.0.0.1:5000' }],
    },
    outputs: { policy: '{"url":"http://127.0.0.1:5000"}' },
  });
});

describe('a file that cannot be used is an error that names it', () => {
  test.each([
    ['broken', '{"version":1', /JSON/],
    ['of another version', '{"version":2}', /version/],
    ['of something else', '[]', /expected object/],
  ])('%s', async (_, text, why) => {
    await mkdir(path.dirname(file()), { recursive: true });
    await writeFile(file(), text);
    await expect(open()).rejects.toMatchObject({
      code: 'STATE_INVALID',
      message: expect.stringContaining(file()),
    });
    await expect(open()).rejects.toThrow(why);
    // Nothing was overwritten.
    expect(await readFile(file(), 'utf8')).toBe(text);
  });
});

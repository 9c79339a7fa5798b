import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { deploy, type DeploymentEvent } from './index.ts';
import { MemoryCloud, memoryHandlers } from './testing/memory-cloud.ts';

const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', `${name}.ts`);

let projectDir: string;
let cloud: MemoryCloud;
let events: DeploymentEvent[];

beforeEach(async () => {
  projectDir = await mkdtemp(path.join(tmpdir(), 'deploy-'));
  await mkdir(path.join(projectDir, 'src'));
  await cp(fixture('box'), path.join(projectDir, 'src/box.ts'));
  await writeFile(path.join(projectDir, 'Pulumi.yaml'), 'name: shop\nruntime: nodejs\n');
  cloud = new MemoryCloud();
  events = [];
});
afterEach(() => rm(projectDir, { recursive: true, force: true }));

async function run(program: string, config: Record<string, unknown> = {}) {
  await writeFile(path.join(projectDir, 'Pulumi.dev.yaml'), stringify({ config }));
  return deploy({
    entry: fixture(program),
    projectDir,
    stack: 'dev',
    dataDir: path.join(projectDir, 'data'),
    handlers: memoryHandlers,
    context: cloud,
    onEvent: (event) => events.push(event),
  });
}

const failure = (program: string, config?: Record<string, unknown>) =>
  run(program, config).then(
    () => expect.unreachable('the deployment succeeded'),
    (error: unknown) => error,
  );

const lines = () => events.flatMap((event) => (event.kind === 'log' ? event.line : []));

describe('a program', () => {
  const config = { 'shop:sizes': { first: 4 } };

  test('gets what it asks for, and its outputs are the result', async () => {
    const result = await run('shop', config);
    const first = result.resources.find(({ name }) => name === 'first');
    expect(result.outputs).toEqual({
      note: `beside ${first?.outputs['url'] as string}`,
      colour: 'red',
      echo: { first: first?.outputs['url'], echoed: true },
    });
    expect(first?.inputs).toMatchObject({ size: 4 });
    expect(first?.urn).toBe('urn:pulumi:dev::shop::test:index:Shop$test:index:Box::first');
    expect(cloud.takeCalls().at(-1)).toBe('create third');
    expect(lines()).toEqual(['deploying shop/dev']);
  });

  test('has its secrets unwrapped, and its assets with absolute paths', async () => {
    const { resources } = await run('shop', config);
    expect(resources.find(({ name }) => name === 'second')?.inputs).toMatchObject({
      labels: { colour: 'red' },
      code: {
        assets: {
          'settings.json': { text: '{}' },
          'box.ts': { path: path.join(projectDir, 'src/box.ts') },
        },
      },
    });
  });

  test('can be run again, unchanged and changed', async () => {
    await run('shop', config);
    cloud.takeCalls();
    expect((await run('shop', config)).changes).toMatchObject({ same: 3, created: 0 });
    expect(cloud.takeCalls()).toEqual([]);
    const { changes } = await run('shop', { 'shop:sizes': { first: 5 } });
    expect(changes).toMatchObject({ same: 2, updated: 1 });
  });
});

test('a component that was renamed keeps its children, where an alias says so', async () => {
  const first = await run('moved', { 'shop:name': 'before' });
  const { changes, resources } = await run('moved', { 'shop:name': 'after', 'shop:was': 'before' });
  expect(changes).toMatchObject({ same: 1, created: 0, deleted: 0 });
  expect(resources[0]).toMatchObject({ name: 'after-box', id: first.resources[0]?.id });
});

describe('fails', () => {
  test.each([0, 50])('when a resource with %d dependents fails', async (dependents) => {
    cloud.broken.add('broken');
    expect(await failure('failing', { 'shop:dependents': dependents })).toMatchObject({
      code: 'RESOURCE_FAILED',
      message: 'test:index:Box "broken": no room for broken',
    });
    expect(cloud.takeCalls()).toEqual(['create broken']);
  });

  test.each([
    ['throws', 'the program threw'],
    ['throws later', 'the program threw later'],
    ['exits', 'ended before it was done: it exited with code 3'],
    ['never ends', 'ended before it was done: it waits for something that never comes'],
  ])('when the program %s', async (way, message) => {
    expect(await failure('misbehaving', { 'shop:way': way })).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: `the program ${fixture('misbehaving')}: ${message}`,
    });
  });

  test('when there is no such program', async () => {
    expect(await failure('nothing')).toMatchObject({
      code: 'PROGRAM_FAILED',
      message: expect.stringContaining('Cannot find module'),
    });
  });
});

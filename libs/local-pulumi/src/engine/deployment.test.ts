import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BOX, LABEL, MemoryCloud, memoryHandlers } from './testing/memory-cloud.ts';
import { run, type Register } from './testing/run.ts';
import {
  cloud,
  dataDir,
  deploy,
  failure,
  useFreshDeployments,
} from './testing/fresh-deployment.ts';

useFreshDeployments();

describe('a second run', () => {
  const program = async (register: Register) => {
    const box = await register(BOX, 'a', { size: 2 });
    await register(LABEL, 'l', { box: box.id, text: 'hello' }, { dependencies: [box.urn] });
  };

  test('changes nothing when nothing changed', async () => {
    expect((await deploy(program)).changes).toMatchObject({ created: 2 });
    cloud.takeCalls();
    const again = await deploy(program);
    expect(cloud.takeCalls()).toEqual([]);
    expect(again.changes).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 0, same: 2 });
  });

  test('updates what changed, and nothing else', async () => {
    await deploy(program);
    cloud.takeCalls();
    const { changes, events } = await deploy(async (register) => {
      const box = await register(BOX, 'a', { size: 3 });
      await register(LABEL, 'l', { box: box.id, text: 'hello' }, { dependencies: [box.urn] });
    });
    expect(cloud.takeCalls()).toEqual([expect.stringMatching(/^update a-[0-9a-f]{7}$/)]);
    expect(changes).toMatchObject({ updated: 1, same: 1 });
    expect(events).toContainEqual(
      expect.objectContaining({ operation: 'update', name: 'a', changed: ['size'] }),
    );
  });

  test('recreates what is gone, under its old name', async () => {
    const { deployment } = await deploy(program);
    const [box] = deployment.resources();
    cloud.things.clear();
    cloud.takeCalls();
    const { changes } = await deploy(program);
    expect(cloud.takeCalls()).toEqual([`create ${box?.id}`, `label ${box?.id} hello`]);
    expect(changes).toMatchObject({ created: 2, same: 0 });
  });

  test('follows the endpoint to another port', async () => {
    const withUrl = async (register: Register) => {
      const box = await register(BOX, 'a', { name: 'a' });
      await register(BOX, 'b', { name: 'b', note: `at ${box.outputs['url'] as string}` });
    };
    await deploy(withUrl);
    const moved = new MemoryCloud('http://127.0.0.1:40001');
    for (const [id, thing] of cloud.things) moved.things.set(id, thing);
    const { deployment, changes } = await run(memoryHandlers, moved, dataDir, withUrl);
    expect(changes).toMatchObject({ same: 2, updated: 0 });
    expect(deployment.resources()[1]?.outputs['note']).toBe('at http://127.0.0.1:40001/a');
  });
});

describe('names', () => {
  test('come from the resource name, with seven hex digits', async () => {
    const { deployment } = await deploy(async (register) => {
      await register(BOX, 'plain');
      await register(BOX, 'queue', { fifo: true });
      await register(BOX, 'given', { name: 'mine' });
    });
    const ids = deployment.resources().map(({ id }) => id);
    expect(ids[0]).toMatch(/^plain-[0-9a-f]{7}$/);
    expect(ids[1]).toMatch(/^queue-[0-9a-f]{7}\.fifo$/);
    expect(ids[2]).toBe('mine');
  });

  test('that are too long are refused', async () => {
    expect(await failure((register) => register(BOX, 'x'.repeat(30)))).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('38 characters, 30 are allowed'),
    });
  });

  test('URNs carry the types of all parents but the stack', async () => {
    const stack = 'urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev';
    const { deployment } = await deploy(async (register) => {
      const component = await register(BOX, 'site', {}, { custom: false, parent: stack });
      const child = await register(BOX, 'child', {}, { parent: component.urn });
      await register(BOX, 'grandchild', {}, { parent: child.urn });
    });
    expect(deployment.resources().map((resource) => resource.urn)).toEqual([
      'urn:pulumi:dev::shop::test:index:Box$test:index:Box::child',
      'urn:pulumi:dev::shop::test:index:Box$test:index:Box$test:index:Box::grandchild',
    ]);
  });
});

describe('a replacement', () => {
  test('creates under a new name first and deletes the old one last', async () => {
    const { deployment } = await deploy((register) => register(BOX, 'a'));
    const old = deployment.resources()[0]?.id;
    cloud.takeCalls();
    const next = await deploy(async (register) => {
      const box = await register(BOX, 'a', { shape: 'round' });
      await register(LABEL, 'l', { box: box.id, text: 'new' });
    });
    const id = next.deployment.resources()[0]?.id;
    expect(id).not.toBe(old);
    expect(cloud.takeCalls()).toEqual([`create ${id}`, `label ${id} new`, `delete ${old}`]);
    expect(next.changes).toMatchObject({ replaced: 1, created: 1, deleted: 0 });
  });

  test('deletes first where the name is fixed, and dependents are put back', async () => {
    const program = (shape: string) => async (register: Register) => {
      const box = await register(BOX, 'a', { name: 'fixed', shape });
      await register(LABEL, 'l', { box: box.id, text: 'hello' }, { dependencies: [box.urn] });
    };
    await deploy(program('square'));
    cloud.takeCalls();
    await deploy(program('round'));
    expect(cloud.takeCalls()).toEqual(['delete fixed', 'create fixed', 'label fixed hello']);
  });

  test('is refused when the resource is protected', async () => {
    await deploy((register) => register(BOX, 'a'));
    cloud.takeCalls();
    const error = await failure((register) =>
      register(BOX, 'a', { shape: 'round' }, { protect: true }),
    );
    expect(error).toMatchObject({
      code: 'PROTECTED',
      message: expect.stringMatching(/^test:index:Box "a": changing shape replaces it/),
    });
    expect(cloud.takeCalls()).toEqual([]);
  });

  test('leaves the old one when it is to be retained', async () => {
    await deploy((register) => register(BOX, 'a', {}, { retainOnDelete: true }));
    await deploy((register) => register(BOX, 'a', { shape: 'round' }));
    expect(cloud.things.size).toBe(2);
  });

  test('can be forced by an option, and an ignored change is none', async () => {
    await deploy((register) => register(BOX, 'a', { size: 1 }));
    const forced = await deploy((register) =>
      register(BOX, 'a', { size: 2 }, { replaceOnChanges: ['size'] }),
    );
    expect(forced.changes).toMatchObject({ replaced: 1 });
    const ignored = await deploy((register) =>
      register(BOX, 'a', { size: 3 }, { ignoreChanges: ['size'] }),
    );
    expect(ignored.changes).toMatchObject({ same: 1, updated: 0 });
  });
});

test('what has no effect here is listed', async () => {
  const { notEmulated, deployment } = await deploy(async (register) => {
    await register(BOX, 'a', { tags: { team: 'x' } });
    await register('test:index:Wish', 'w');
  });
  expect(notEmulated).toEqual([
    { type: 'test:index:Box', property: 'tags', why: 'nobody reads tags here' },
    { type: 'test:index:Wish', why: 'wishes are free' },
  ]);
  expect(deployment.resources()[0]?.outputs['tags']).toEqual({ team: 'x' });
});

describe('an archive', () => {
  const folder = () => path.join(dataDir, 'code');
  const program = (register: Register) =>
    register(BOX, 'a', {
      name: 'a',
      code: {
        '4dabf18193072939515e22adb298388d': '0def7320c3a5731c473e5ecbe6d01bc7',
        path: 'code',
      },
    });

  test('is an absolute path, and a changed file in it is a changed input', async () => {
    await writeFile(folder(), 'one');
    const { deployment } = await deploy(program);
    expect(deployment.resources()[0]?.inputs['code']).toMatchObject({ path: folder() });
    expect((await deploy(program)).changes).toMatchObject({ same: 1 });
    await writeFile(folder(), 'two');
    expect((await deploy(program)).changes).toMatchObject({ updated: 1 });
  });

  test('that is not there is an error', async () => {
    expect(await failure(program)).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('cannot read the asset "code"'),
    });
  });
});

test('automatic names are the same with a new state', async () => {
  const program = (register: Register) => register(BOX, 'a');
  const first = await deploy(program);
  const again = await run(memoryHandlers, new MemoryCloud(), path.join(dataDir, 'new'), program);
  const [id] = first.deployment.resources().map((resource) => resource.id);
  expect(again.deployment.resources().map((resource) => resource.id)).toEqual([id]);
});

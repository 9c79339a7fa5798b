import { describe, expect, test } from 'vitest';
import { BOX } from './testing/memory-cloud.ts';
import { urn } from './testing/run.ts';
import { cloud, deploy, failure, useFreshDeployments } from './testing/fresh-deployment.ts';

useFreshDeployments();

describe('what the program no longer has', () => {
  test('is deleted, dependents first', async () => {
    await deploy(async (register) => {
      const a = await register(BOX, 'a', { name: 'a' });
      const b = await register(BOX, 'b', { name: 'b' }, { dependencies: [a.urn] });
      await register(BOX, 'c', { name: 'c' }, { dependencies: [a.urn, b.urn] });
      await register(BOX, 'kept', { name: 'kept' });
    });
    cloud.takeCalls();
    const { changes } = await deploy((register) => register(BOX, 'kept', { name: 'kept' }));
    expect(cloud.takeCalls()).toEqual(['delete c', 'delete b', 'delete a']);
    expect(changes).toMatchObject({ deleted: 3, same: 1 });
  });

  test('stays when it is protected, and nothing else is deleted either', async () => {
    await deploy(async (register) => {
      await register(BOX, 'a', { name: 'a' });
      await register(BOX, 'b', { name: 'b' }, { protect: true });
    });
    cloud.takeCalls();
    expect(await failure(() => Promise.resolve())).toMatchObject({
      code: 'PROTECTED',
      message: expect.stringMatching(/^test:index:Box "b": .*deploy it once without `protect`/),
    });
    expect(cloud.takeCalls()).toEqual([]);
  });

  test('stays when it is to be retained, and is forgotten', async () => {
    await deploy((register) => register(BOX, 'a', {}, { retainOnDelete: true }));
    const { deployment } = await deploy(() => Promise.resolve());
    expect(cloud.things.size).toBe(1);
    expect(deployment.resources()).toEqual([]);
  });

  test('stays when the program has it under another name, and a warning says what AWS would do', async () => {
    await deploy((register) => register(BOX, 'before', { name: 'data' }));
    cloud.takeCalls();
    const { events } = await deploy((register) => register(BOX, 'after', { name: 'data' }));
    expect(cloud.takeCalls()).toEqual(['create data']);
    expect(events).toContainEqual({
      kind: 'warning',
      message: expect.stringContaining('needs the option `aliases`'),
    });
  });

  test('is the same resource where an alias says so', async () => {
    const { deployment } = await deploy((register) => register(BOX, 'before'));
    const { changes, deployment: next } = await deploy((register) =>
      register(BOX, 'after', {}, { aliases: [urn(BOX, 'before')] }),
    );
    expect(changes).toMatchObject({ same: 1, deleted: 0 });
    expect(next.resources()[0]?.id).toBe(deployment.resources()[0]?.id);
  });
});

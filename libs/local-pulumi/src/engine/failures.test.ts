import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BOX, LABEL } from './testing/memory-cloud.ts';
import { urn } from './testing/run.ts';
import { cloud, deploy, failure, useFreshDeployments } from './testing/fresh-deployment.ts';

useFreshDeployments();

describe('a kill between a creation and its note in the state', () => {
  beforeEach(() => cloud.lost.add('a'));
  afterEach(() => expect(cloud.things.size).toBeLessThan(2));

  test('is made good under the same name', async () => {
    await failure((register) => register(BOX, 'a'));
    cloud.lost.clear();
    const { deployment } = await deploy((register) => register(BOX, 'a'));
    expect([...cloud.things.keys()]).toEqual([`Box ${deployment.resources()[0]?.id}`]);
  });

  test('is made good for a resource that exists in the state alone', async () => {
    cloud.lost.add('wish');
    await failure((register) => register('test:index:Wish', 'w'));
    cloud.lost.clear();
    const { deployment } = await deploy((register) => register('test:index:Wish', 'w'));
    expect(deployment.resources()).toMatchObject([{ id: 'wish' }]);
  });

  test('leaves nothing behind when the program has changed its mind', async () => {
    await failure((register) => register(BOX, 'a'));
    cloud.lost.clear();
    await deploy(() => Promise.resolve());
    expect([...cloud.things.keys()]).toEqual([]);
  });

  test('leaves nothing under the name that the program has given up', async () => {
    await failure((register) => register(BOX, 'a', { name: 'a1' }));
    cloud.lost.clear();
    await deploy((register) => register(BOX, 'a', { name: 'a2' }));
    expect([...cloud.things.keys()]).toEqual(['Box a2']);
  });

  test('of a replacement leaves neither the old one nor two new ones', async () => {
    cloud.lost.clear();
    await deploy((register) => register(BOX, 'a'));
    cloud.lost.add('a');
    await failure((register) => register(BOX, 'a', { shape: 'round' }));
    expect(cloud.things.size).toBe(2);
    cloud.lost.clear();
    const { deployment } = await deploy((register) => register(BOX, 'a', { shape: 'round' }));
    expect([...cloud.things.keys()]).toEqual([`Box ${deployment.resources()[0]?.id}`]);
  });
});

describe('a failure', () => {
  test('of a leaf fails the deployment, refuses what comes later and deletes nothing', async () => {
    await deploy((register) => register(BOX, 'old', { name: 'old' }));
    cloud.takeCalls();
    cloud.broken.add('leaf');
    const error = await failure(async (register) => {
      await register(BOX, 'leaf', { name: 'leaf' }).catch(() => undefined);
      await register(BOX, 'later', { name: 'later' });
    });
    expect(error).toMatchObject({
      code: 'RESOURCE_FAILED',
      message: 'test:index:Box "leaf": no room for leaf',
      cause: new Error('no room for leaf'),
    });
    expect(cloud.takeCalls()).toEqual(['create leaf']);
  });

  test('is made good by the next run', async () => {
    cloud.broken.add('leaf');
    await failure(async (register) => {
      await register(BOX, 'first', { name: 'first' });
      await register(BOX, 'leaf', { name: 'leaf' });
    });
    cloud.broken.clear();
    cloud.takeCalls();
    await deploy(async (register) => {
      await register(BOX, 'first', { name: 'first' });
      await register(BOX, 'leaf', { name: 'leaf' });
    });
    expect(cloud.takeCalls()).toEqual(['create leaf']);
  });

  test('of a creation does not stop a program that gave it up', async () => {
    cloud.broken.add('leaf');
    await failure((register) => register(BOX, 'leaf', { name: 'leaf' }));
    cloud.broken.clear();
    cloud.takeCalls();
    const { deployment } = await deploy(() => Promise.resolve());
    expect(cloud.takeCalls()).toEqual(['delete leaf']);
    expect(deployment.resources()).toEqual([]);
  });

  test('during a deletion keeps the rest for the next run', async () => {
    await deploy(async (register) => {
      await register(BOX, 'a', { name: 'a' });
      await register(BOX, 'stuck', { name: 'stuck' }, { dependencies: [urn(BOX, 'a')] });
    });
    cloud.broken.add('stuck');
    expect(await failure(() => Promise.resolve())).toMatchObject({
      message: 'test:index:Box "stuck": stuck is stuck',
    });
    cloud.broken.clear();
    const { changes } = await deploy(() => Promise.resolve());
    expect(changes).toMatchObject({ deleted: 2 });
  });

  test.each([
    [
      'an unknown type',
      'test:index:Nothing',
      {},
      'TYPE_UNKNOWN',
      'does not know this resource type',
    ],
    ['an unknown property', BOX, { sise: 1 }, 'INPUT_INVALID', 'property "sise" is unknown'],
    [
      'an unknown property below',
      BOX,
      { labels: { colour: 'red', smell: 'x' } },
      'INPUT_INVALID',
      'property "smell" in "labels"',
    ],
    [
      'a wrong value',
      BOX,
      { shape: 'oval' },
      'INPUT_INVALID',
      '"shape": Invalid option: expected one of "square"|"round"',
    ],
    [
      'a missing property',
      LABEL,
      { box: 'a' },
      'INPUT_INVALID',
      '"text": Invalid input: expected string',
    ],
  ] as const)('is %s', async (_, type, inputs, code, text) => {
    expect(await failure((register) => register(type, 'a', inputs))).toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^${type} "a": `)),
    });
    expect(await failure((register) => register(type, 'a', inputs))).toHaveProperty(
      'message',
      expect.stringContaining(text),
    );
    expect(cloud.takeCalls()).toEqual([]);
  });

  test('is a URN that occurs twice', async () => {
    const error = await failure(async (register) => {
      await register(BOX, 'a', { name: 'one' });
      await register(BOX, 'a', { name: 'two' });
    });
    expect(error).toMatchObject({ code: 'URN_DUPLICATE' });
  });

  test('is one thing that two resources manage', async () => {
    const error = await failure(async (register) => {
      await register(BOX, 'a', { name: 'one' });
      await register(BOX, 'b', { name: 'one' });
    });
    expect(error).toMatchObject({
      code: 'ID_DUPLICATE',
      message: expect.stringContaining('"a" manages one already'),
    });
  });

  test('is an option that the engine does not have', async () => {
    const error = await failure((register) => register(BOX, 'a', {}, { unsupported: ['import'] }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../engine/testing/run.ts';
import { failureOf, startCloud, type Cloud } from './testing/embedded.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const deployed = async (program: Program) => {
  const { deployment, ...result } = await cloud.deploy(program, 'accept');
  return { ...result, resources: deployment.resources() };
};

describe.each([
  [
    'aws:ssm/document:Document',
    { name: '/photos/key', documentType: 'Command', content: '{}' },
    '/photos/key',
    { arn: 'arn:aws:ssm:us-east-1:000000000000:document/photos/key' },
  ],
  [
    'aws:secretsmanager/secret:Secret',
    { name: 'db' },
    expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:db-[0-9a-f]{6}$/),
    { name: 'db' },
  ],
  [
    'aws:sfn/stateMachine:StateMachine',
    { definition: '{}' },
    expect.stringMatching(/^arn:aws:states:us-east-1:000000000000:stateMachine:x-[0-9a-f]{7}$/),
    { name: expect.stringMatching(/^x-[0-9a-f]{7}$/) },
  ],
  [
    'aws:ec2/vpc:Vpc',
    { cidrBlock: '10.0.0.0/16' },
    expect.stringMatching(/^x-[0-9a-f]{7}$/),
    { arn: expect.stringMatching(/^arn:aws:ec2:us-east-1:000000000000:vpc\/x-[0-9a-f]{7}$/) },
  ],
  ['command:local:Command', { create: 'true' }, expect.stringMatching(/^x-[0-9a-f]{7}$/), {}],
  ['random:index/randomPet:RandomPet', {}, expect.stringMatching(/^x-[0-9a-f]{7}$/), {}],
  ['pulumi:providers:random', { version: '1' }, expect.stringMatching(/^x-[0-9a-f]{7}$/), {}],
])('%s', (type, inputs, id, outputs) => {
  const register =
    (changes: object = {}): Program =>
    (register) =>
      register(type, 'x', { ...inputs, ...changes });

  test('has its inputs as outputs, and an id in the shape of its provider', async () => {
    const { resources, unknownTypes, notEmulated } = await deployed(register());
    expect(resources).toMatchObject([{ id, outputs: { ...inputs, ...outputs } }]);
    if (!type.startsWith('aws:')) expect(resources[0]?.outputs).toEqual(inputs);
    expect(unknownTypes).toEqual([type]);
    expect(notEmulated).toEqual([]);
  });

  test('keeps its id when the program runs again, and when an input changes', async () => {
    const [before] = (await deployed(register())).resources;
    expect((await deployed(register())).changes).toMatchObject({ same: 1 });
    const { changes, resources } = await deployed(register({ description: 'changed' }));
    expect(changes).toMatchObject({ updated: 1, replaced: 0 });
    expect(resources[0]?.id).toBe(before?.id);
    expect(resources[0]?.outputs).toEqual({ ...before?.outputs, description: 'changed' });
    await deployed(register());
  });

  test('is rejected in strict mode', async () => {
    expect(await failureOf(cloud.deploy(register()))).toMatchObject({
      code: 'TYPE_UNKNOWN',
      message: `${type} "x": the local engine does not know this resource type`,
    });
  });
});

test.each(['name', 'zoneId', 'type', 'setIdentifier'])(
  'a changed %s, which is part of ids, replaces the resource',
  async (input) => {
    const record =
      (value: string): Program =>
      (register) =>
        register('aws:ssm/document:Document', 'x', { name: '/a', [input]: value });
    await deployed(record('/a'));
    const { changes, resources } = await deployed(record('/b'));
    expect(changes).toMatchObject({ replaced: 1 });
    expect(resources).toMatchObject([{ id: input === 'name' ? '/b' : '/a' }]);
  },
);

test('two resources of an unknown type may have the same name', async () => {
  const both: Program = async (register) => {
    await register('aws:ssm/document:Document', 'a', { name: '/same' });
    await register('aws:ssm/document:Document', 'b', { name: '/same' });
  };
  expect((await deployed(both)).resources).toHaveLength(2);
  const one: Program = (register) => register('aws:ssm/document:Document', 'a', { name: '/same' });
  const { changes, events } = await deployed(one);
  expect(changes).toMatchObject({ deleted: 1, same: 1 });
  expect(events.filter(({ kind }) => kind === 'warning')).toEqual([]);
});

test('strict mode deletes a resource of an unknown type that the program has dropped', async () => {
  await deployed((register) => register('command:local:Command', 'x', {}));
  const { changes } = await cloud.deploy(() => Promise.resolve());
  expect(changes).toMatchObject({ deleted: 1 });
});

/** What a program's messages do, without a program: its thread is tested in deploy.test.ts. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import resources from '@pulumi/pulumi/proto/resource_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import structs from 'google-protobuf/google/protobuf/struct_pb.js';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type DeployOptions, deployBy } from './deploy.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentEvent } from './events.ts';
import { BOX, MemoryCloud, memoryHandlers } from './testing/memory-cloud.ts';
import type { Monitor, ProgramData } from './messages.ts';
import { decode, encode } from './properties.ts';
import { registrationOf } from './registration.ts';

const SIGNATURE = '4dabf18193072939515e22adb298388d';
const secret = (value: unknown) => ({
  ...{ [SIGNATURE]: '1b47061264138c4ac30d75fd1eb44270', value },
});
const reference = (members: object) => ({
  ...{ [SIGNATURE]: '5cf8f73096256a8f31e491e813e4eb8e', ...members },
});
const struct = (values: object) => structs.Struct.fromJavaScript(values as never);

let cloud: MemoryCloud;
let projectDir: string;
beforeEach(async () => {
  cloud = new MemoryCloud();
  projectDir = await mkdtemp(path.join(tmpdir(), 'monitor-'));
  onTestFinished(() => rm(projectDir, { recursive: true }));
  await writeFile(path.join(projectDir, 'Pulumi.yaml'), 'name: shop\nmain: infra\n');
  await mkdir(path.join(projectDir, 'infra'));
  await writeFile(path.join(projectDir, 'Pulumi.dev.yaml'), 'config: { size: 1, name: a }\n');
});

type Program = (
  monitor: Monitor,
  data: ProgramData,
  print: (line: string) => void,
) => Promise<unknown>;

/** Deploys a program that sends these messages. It fails where `program` returns an error. */
function deploy(program: Program, options: Partial<DeployOptions<MemoryCloud>> = {}) {
  const run: Parameters<typeof deployBy>[0] = async (data, monitor, print) => {
    const error: unknown = await program(monitor, data, print).catch(() => undefined);
    return error instanceof DeploymentError ? error : undefined;
  };
  return deployBy(run, {
    ...{ entry: '/program.ts', projectDir, stack: 'dev', dataDir: path.join(projectDir, 'data') },
    ...{ handlers: memoryHandlers, context: cloud, ...options },
  });
}

const box = (name: string, inputs: object = {}) =>
  new resources.RegisterResourceRequest()
    .setType(BOX)
    .setName(name)
    .setCustom(true)
    .setObject(struct(inputs));

describe('a program', () => {
  test('gets the project, the stack and the configuration', async () => {
    const given: ProgramData[] = [];
    const remember: Program = (_monitor, data) => Promise.resolve(given.push(data));
    await deploy(remember, { config: { 'shop:name': 'b', 'aws:region': 'x' }, sdk: '/sdk.js' });
    await deploy(remember, { project: 'other' });
    const common = { entry: '/program.ts', stack: 'dev' };
    expect(given).toEqual([
      {
        ...{ ...common, project: 'shop', sdk: '/sdk.js' },
        config: { 'shop:size': '1', 'shop:name': 'b', 'aws:region': 'x' },
      },
      {
        ...{ ...common, project: 'other', sdk: undefined },
        config: { 'other:size': '1', 'other:name': 'a' },
      },
    ]);
  });

  test('registers resources, whose secrets stay marked, and sets the outputs of the stack', async () => {
    const events: DeploymentEvent[] = [];
    const result = await deploy(
      async (monitor, _data, print) => {
        print('a line');
        const request = box('first', { name: 'mine', note: secret('hidden'), size: 2 });
        const response = await monitor.registerResource(request);
        expect(response.getUrn()).toBe(`urn:pulumi:dev::shop::${BOX}::first`);
        expect(response.getId()).toBe('mine');
        expect(response.getResult()).toBe(resources.Result.SUCCESS);
        expect(response.getObject()?.toJavaScript()).toEqual({
          ...{ name: 'mine', note: secret('hidden'), size: 2, shape: 'square' },
          url: `${cloud.endpoint}/mine`,
        });
        const outputs = struct({ url: secret(['there']) });
        const stack = 'urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev';
        for (const urn of [stack, response.getUrn()]) {
          const set = new resources.RegisterResourceOutputsRequest().setUrn(urn);
          await monitor.registerResourceOutputs(urn === stack ? set.setOutputs(outputs) : set);
        }
      },
      { onEvent: (event) => events.push(event) },
    );
    expect(result.outputs).toEqual({ url: ['there'] });
    expect(result.resources).toEqual([
      {
        ...{ urn: `urn:pulumi:dev::shop::${BOX}::first`, type: BOX, name: 'first', id: 'mine' },
        inputs: { name: 'mine', note: 'hidden', size: 2, shape: 'square' },
        outputs: {
          ...{ name: 'mine', note: 'hidden', size: 2, shape: 'square' },
          url: `${cloud.endpoint}/mine`,
        },
      },
    ]);
    expect(events).toEqual([
      { kind: 'log', line: 'a line' },
      {
        ...{ kind: 'resource', operation: 'create', type: BOX, name: 'first' },
        urn: `urn:pulumi:dev::shop::${BOX}::first`,
      },
    ]);
  });

  test('knows what the engine can do, and may wait for its end', async () => {
    await deploy(async (monitor) => {
      const info = await monitor.getDeploymentInfo(new empty.Empty());
      const { ResourceMonitorFeature: features } = resources;
      expect(info.getSupportedfeaturesList()).toEqual([
        features.RESOURCE_MONITOR_FEATURE_SECRETS,
        features.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
      ]);
      const end = await monitor.signalAndWaitForShutdown(new empty.Empty());
      expect(end).toBeInstanceOf(empty.Empty);
    });
    expect.assertions(2);
  });

  test('calls functions of a provider', async () => {
    const result: unknown[] = [];
    const invoke = (token: string) => async (monitor: Monitor) => {
      const request = new resources.ResourceInvokeRequest()
        .setTok(token)
        .setArgs(struct({ one: secret(1) }));
      result.push((await monitor.invoke(request)).getReturn()?.toJavaScript());
    };
    await deploy(invoke('test:index:echo'));
    const { unknownTypes } = await deploy(invoke('test:index:none'));
    expect(result).toEqual([{ one: 1, echoed: true }, { one: 1 }]);
    expect(unknownTypes).toEqual(['test:index:none']);
    await expect(
      deploy(invoke('test:index:none'), { unknownTypes: 'reject' }),
    ).rejects.toMatchObject({
      code: 'TYPE_UNKNOWN',
      message: expect.stringMatching(/^test:index:none: /),
    });
  });

  test('looks up what exists', async () => {
    cloud.things.set('Box there', {});
    const found: unknown[] = [];
    const read = (type: string, id: string) => async (monitor: Monitor) => {
      const request = new resources.ReadResourceRequest()
        .setType(type)
        .setName('a')
        .setId(id)
        .setParent('urn:pulumi:dev::shop::test:index:Shop::shop')
        .setProperties(struct({ size: 5 }));
      const response = await monitor.readResource(request);
      expect(response.getResult()).toBe(resources.Result.SUCCESS);
      found.push([response.getUrn(), response.getProperties()?.toJavaScript()]);
    };
    await deploy(read(BOX, 'there'));
    const { unknownTypes, resources: managed } = await deploy(read('test:index:None', 'x'));
    expect(found).toEqual([
      [
        `urn:pulumi:dev::shop::test:index:Shop$${BOX}::a`,
        { size: 5, url: `${cloud.endpoint}/there` },
      ],
      ['urn:pulumi:dev::shop::test:index:Shop$test:index:None::a', { size: 5 }],
    ]);
    expect(unknownTypes).toEqual(['test:index:None']);
    expect(managed).toEqual([]);
    await expect(deploy(read(BOX, 'elsewhere'))).rejects.toMatchObject({
      code: 'RESOURCE_FAILED',
      message: `${BOX} "a": "elsewhere" does not exist`,
    });
    await expect(
      deploy(read('test:index:Wish', 'x'), { unknownTypes: 'reject' }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('that fails is told with the types that have no computed outputs', async () => {
    const error = new DeploymentError('PROGRAM_FAILED', 'it threw', { cause: new Error('why') });
    const failing =
      (type: string): Program =>
      async (monitor) => {
        await monitor.registerResource(box('a', { name: 'a' }).setType(type));
        return error;
      };
    await expect(deploy(failing(BOX))).rejects.toBe(error);
    await expect(deploy(failing('test:index:None'))).rejects.toMatchObject({
      ...{ code: 'PROGRAM_FAILED', cause: error.cause },
      message: expect.stringMatching(/^it threw \(.* does not emulate them: test:index:None\)$/),
    });
  });

  test('does not hide the failure of a resource by its own', async () => {
    cloud.broken.add('a');
    const failing: Program = async (monitor) => {
      await monitor.registerResource(box('a', { name: 'a' })).catch(() => undefined);
      return new DeploymentError('PROGRAM_FAILED', 'it threw');
    };
    await expect(deploy(failing)).rejects.toMatchObject({ code: 'RESOURCE_FAILED' });
  });
});

describe('a registration', () => {
  test('has everything that the program says', () => {
    const request = box('a', { list: [secret(1)], plain: 2 })
      .setParent('parent')
      .setDependenciesList(['dependency'])
      .setAliasurnsList(['alias'])
      .setProtect(true)
      .setRetainondelete(true)
      .setDeletebeforereplacedefined(true)
      .setDeletebeforereplace(false)
      .setIgnorechangesList(['ignored'])
      .setReplaceonchangesList(['replacing'])
      .setAdditionalsecretoutputsList(['hidden']);
    expect(registrationOf(request)).toEqual({
      ...{ type: BOX, name: 'a', custom: true, parent: 'parent', protect: true },
      ...{ inputs: { list: [1], plain: 2 }, secretInputs: ['list'] },
      ...{ dependencies: ['dependency'], aliases: ['alias'], retainOnDelete: true },
      ...{ deleteBeforeReplace: false, ignoreChanges: ['ignored'] },
      ...{ replaceOnChanges: ['replacing'], additionalSecretOutputs: ['hidden'], unsupported: [] },
    });
  });

  test('leaves open what the program does not say', () => {
    const request = new resources.RegisterResourceRequest().setDeletebeforereplace(true);
    expect(registrationOf(request)).toMatchObject({
      ...{ inputs: {}, secretInputs: [], custom: false, protect: false, retainOnDelete: false },
      ...{ deleteBeforeReplace: undefined, unsupported: [] },
    });
  });

  test('names the options that the engine does not have', () => {
    const request = box('a')
      .setImportid('id')
      .setRemote(true)
      .setReplacementTrigger(structs.Value.fromJavaScript(1))
      .setIgnorechangesList(['tags.team', 'size'])
      .setReplaceonchangesList(['list[0]', '*']);
    request.getEnvvarmappingsMap().set('A', 'B');
    expect(registrationOf(request).unsupported).toEqual([
      ...['import', 'remote components', 'replacementTrigger', 'envVarMappings'],
      'ignoreChanges for "tags.team"',
      ...['replaceOnChanges for "list[0]"', 'replaceOnChanges for "*"'],
    ]);
  });
});

describe('values', () => {
  test.each([
    [
      'plain ones',
      { a: 1, b: [null, 'x'], c: { d: true } },
      { a: 1, b: [null, 'x'], c: { d: true } },
      [],
    ],
    [
      'secrets, at any depth',
      { a: secret(secret(1)), b: [{ c: secret([2]) }], d: [3] },
      { a: 1, b: [{ c: [2] }], d: [3] },
      ['a', 'b'],
    ],
    ['an empty secret', { a: secret(null) }, { a: null }, ['a']],
    ['a resource, by its id', { a: reference({ id: 'i', urn: 'u' }) }, { a: 'i' }, []],
    ['a component, by its URN', { a: [reference({ urn: 'u' })] }, { a: ['u'] }, []],
    ['a resource whose id is a secret', { a: reference({ id: secret('i') }) }, { a: 'i' }, ['a']],
    ['a reference to nothing', { a: reference({}) }, { a: null }, []],
  ])('%s are read', (_what, wire, values, secrets) => {
    expect(decode(struct(wire))).toEqual({ values, secrets });
  });

  test('an empty message has none', () => {
    expect(decode(undefined)).toEqual({ values: {}, secrets: [] });
  });

  test('are written with their marks', () => {
    const wire = encode({ a: 1, b: [2], c: { d: 3 } }, ['b', 'missing']);
    expect(wire.toJavaScript()).toEqual({ a: 1, b: secret([2]), c: { d: 3 } });
  });
});

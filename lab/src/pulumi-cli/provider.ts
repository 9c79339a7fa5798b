/**
 * The AWS provider of the rig (`pulumi-resource-aws`): the resource handlers of the local engine over Pulumi's protocol,
 * with the values that AWS computes (`computed-values.ts` of apps/infra).
 */
import { isDeepStrictEqual } from 'node:util';
import { computedValues } from '@darkroom/infra/testing';
import {
  autoName,
  type AwsContext,
  check,
  type DeployedResource,
  handlers,
  understoodInputs,
} from '@darkroom/local-pulumi';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import providerService from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import provider from '@pulumi/pulumi/proto/provider_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import struct from 'google-protobuf/google/protobuf/struct_pb.js';
import { answer, type GrpcServer } from './grpc-server.ts';

type Struct = InstanceType<typeof struct.Struct>;
type Properties = DeployedResource['inputs'];
type Value = Properties[string];

/** What the tests see and change of the account behind the provider. */
export interface Account {
  /** Every resource that exists, by type and id. */
  readonly resources: Map<string, DeployedResource>;
  /** Called before each create, update and delete. It may throw, as AWS does, or wait. */
  hook: (operation: 'create' | 'update' | 'delete', type: string, inputs: Properties) => unknown;
}

/** Pulumi's text for a value that a preview does not know. */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
/** Marks assets and archives. */
const SIGNATURE = '4dabf18193072939515e22adb298388d';

/** MB that Lambda allows a function of a new account. */
const NEW_ACCOUNT_MEMORY = 3008;

export function addProvider(
  server: GrpcServer,
  account: Account,
  context: AwsContext,
  changed: () => Promise<void>,
): void {
  const { resources } = account;
  const keyOf = (type: string, id: string) => `${type} ${id}`;
  const deployed = (type: string) => [...resources.values()].filter((one) => one.type === type);
  const record = (resource: DeployedResource) => {
    resources.set(keyOf(resource.type, resource.id), resource);
    return changed();
  };

  server.addService(providerService.ResourceProviderService, {
    handshake: answer(() => new provider.ProviderHandshakeResponse()),
    attach: answer(() => new empty.Empty()),
    cancel: answer(() => new empty.Empty()),
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion('7.48.0')),
    checkConfig: answer((request: InstanceType<typeof provider.CheckRequest>) =>
      new provider.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: answer(() => new provider.DiffResponse()),
    configure: answer(() => new provider.ConfigureResponse().setSupportspreview(true)),
    invoke: answer(async (request: InstanceType<typeof provider.InvokeRequest>) => {
      const handler = handlers.functions.find(({ token }) => token === request.getTok());
      if (!handler) throw new Error(`unknown function ${request.getTok()}`);
      const result = await handler.invoke(read(request.getArgs()), context);
      return new provider.InvokeResponse().setReturn(write(result));
    }),
    check: answer((request: InstanceType<typeof provider.CheckRequest>) => {
      const { type, name, handler } = resourceOf(request.getUrn());
      const news = read(request.getNews());
      const olds = read(request.getOlds());
      const rule = handler.autoName;
      const previous = rule && olds[rule.property];
      const previousName = typeof previous === 'string' ? previous : undefined;
      try {
        return new provider.CheckResponse().setInputs(
          write(checked({ type, name, handler, news, previousName })),
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return new provider.CheckResponse()
          .setInputs(request.getNews())
          .setFailuresList([new provider.CheckFailure().setReason(reason)]);
      }
    }),
    diff: answer((request: InstanceType<typeof provider.DiffRequest>) => {
      const { handler } = resourceOf(request.getUrn());
      const olds = read(request.getOldInputs());
      const news = read(request.getNews());
      const ignored = request.getIgnorechangesList();
      const diffs = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
        .filter((key) => !ignored.includes(key) && !isDeepStrictEqual(olds[key], news[key]))
        .sort();
      const replaces = handler.update
        ? diffs.filter((key) => handler.replaceOn?.includes(key))
        : diffs;
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      return new provider.DiffResponse()
        .setChanges(diffs.length === 0 ? DIFF_NONE : DIFF_SOME)
        .setDiffsList(diffs)
        .setReplacesList(replaces);
    }),
    create: answer(async (request: InstanceType<typeof provider.CreateRequest>) => {
      const { type, name, urn, handler } = resourceOf(request.getUrn());
      const inputs = read(request.getProperties());
      if (request.getPreview())
        return new provider.CreateResponse().setProperties(write(previewed(type, inputs)));
      await account.hook('create', type, inputs);
      refuseLikeAws(type, inputs);
      const created = await handler.create(understood(handler, inputs), context, deployed);
      const outputs = withComputed(type, created.id, inputs, created.outputs);
      await record({ urn, type, name, id: created.id, inputs, outputs });
      return new provider.CreateResponse().setId(created.id).setProperties(write(outputs));
    }),
    update: answer(async (request: InstanceType<typeof provider.UpdateRequest>) => {
      const { type, name, urn, handler } = resourceOf(request.getUrn());
      const inputs = read(request.getNews());
      const before = read(request.getOldInputs());
      const known = read(request.getOlds());
      if (request.getPreview())
        return new provider.UpdateResponse().setProperties(write({ ...known, ...inputs }));
      await account.hook('update', type, inputs);
      refuseLikeAws(type, inputs);
      const id = request.getId();
      const existing = { id, inputs: understood(handler, before), outputs: known };
      const own = await handler.update?.(existing, understood(handler, inputs), context, deployed);
      const outputs = withComputed(type, id, inputs, { ...own });
      await record({ urn, type, name, id, inputs, outputs });
      return new provider.UpdateResponse().setProperties(write(outputs));
    }),
    read: answer(async (request: InstanceType<typeof provider.ReadRequest>) => {
      const { type, handler } = resourceOf(request.getUrn());
      const id = request.getId();
      const existing = resources.get(keyOf(type, id));
      const outputs = existing?.outputs ?? {};
      const found = handler.read ? await handler.read({ id, outputs }, context) : existing?.outputs;
      if (!found) return new provider.ReadResponse();
      // A resource of another owner is looked up.
      return new provider.ReadResponse()
        .setId(id)
        .setInputs(write(existing?.inputs ?? {}))
        .setProperties(write(existing?.outputs ?? found));
    }),
    delete: answer(async (request: InstanceType<typeof provider.DeleteRequest>) => {
      const { type, handler } = resourceOf(request.getUrn());
      const inputs = read(request.getOldInputs());
      const outputs = read(request.getProperties());
      await account.hook('delete', type, inputs);
      const id = request.getId();
      await handler.delete?.({ id, inputs: understood(handler, inputs), outputs }, context);
      resources.delete(keyOf(type, id));
      await changed();
      return new empty.Empty();
    }),
  });

  /** What the provider adds to the inputs. Values that the handlers found out on the embedded services win. */
  function withComputed(type: string, id: string, inputs: Properties, own: Properties): Properties {
    const { property = 'name' } = handlerOf(type, '').autoName ?? {};
    const given = inputs[property] ?? inputs['dashboardName'];
    const name = typeof given === 'string' ? given : id;
    const computed = computedValues(type, { id, name, inputs }, context) as Properties;
    return { ...computed, ...inputs, ...own };
  }
}

function refuseLikeAws(type: string, inputs: Properties): void {
  const memory = inputs['memorySize'];
  if (type !== 'aws:lambda/function:Function' || typeof memory !== 'number') return;
  if (memory > NEW_ACCOUNT_MEMORY)
    throw new Error(
      `operation error Lambda: CreateFunction, https response error StatusCode: 400, InvalidParameterValueException: 'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to ${NEW_ACCOUNT_MEMORY}`,
    );
}

type Handler = (typeof handlers.resources)[number];

function handlerOf(type: string, name: string): Handler {
  return (
    handlers.resources.find((one) => one.type === type) ?? handlers.unknownResource(type, name)
  );
}

function resourceOf(urn: string) {
  // urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME
  const [, , types = '', ...names] = urn.split('::');
  const type = types.split('$').at(-1) ?? '';
  const name = names.join('::');
  return { urn, type, name, handler: handlerOf(type, name) };
}

interface Checked {
  readonly type: string;
  readonly name: string;
  readonly handler: Handler;
  readonly news: Properties;
  readonly previousName: string | undefined;
}

/** The inputs with defaults and a name. Values that a preview does not know cannot be checked. */
function checked({ name, handler, news, previousName }: Checked): Properties {
  if (!hasUnknown(news)) return check(handler, name, news, { previousName }).inputs;
  const rule = handler.autoName;
  if (!rule || news[rule.property] !== undefined) return news;
  return { ...news, [rule.property]: previousName ?? autoName(rule, name, news) };
}

/** During a preview, what AWS computes is unknown. */
function previewed(type: string, inputs: Properties): Properties {
  const context = { accountId: '', region: '' };
  const computed = Object.keys(computedValues(type, { id: '', name: '', inputs }, context));
  const unknown = Object.fromEntries(computed.map((key) => [key, UNKNOWN]));
  return { ...unknown, ...inputs };
}

function understood(handler: Handler, inputs: Properties): never {
  return understoodInputs(handler, inputs) as never;
}

function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasUnknown);
}

/** Of assets, the handlers know path, text and hash. */
function read(given: Struct | undefined): Properties {
  return withoutForeignKeys(given?.toJavaScript() ?? {}) as Properties;
}

const OF_ASSETS = new Set([SIGNATURE, 'path', 'text', 'hash', 'assets']);

function withoutForeignKeys(value: Value): Value {
  if (Array.isArray(value)) return value.map((item: Value) => withoutForeignKeys(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Properties).filter(
    ([key, item]) => !(SIGNATURE in value) || (OF_ASSETS.has(key) && item !== ''),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutForeignKeys(item)]));
}

function write(values: object): Struct {
  return struct.Struct.fromJavaScript(values as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}

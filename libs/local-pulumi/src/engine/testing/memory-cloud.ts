import { z } from 'zod';
import { archiveSchema } from '../assets.ts';
import { defineResource, type HandlerContext, type Handlers } from '../handler.ts';

export const BOX = 'test:index:Box';
export const LABEL = 'test:index:Label';

export const ENDPOINT = 'http://127.0.0.1:4000';

/** A cloud in memory that remembers every call that changed it. */
export class MemoryCloud implements HandlerContext {
  readonly endpoint: string;
  /** By `TYPE ID`. */
  readonly things = new Map<string, unknown>();
  /** `create NAME`, `update NAME`, `delete NAME`. */
  calls: string[] = [];
  /** Names whose creation fails. */
  readonly broken = new Set<string>();
  /** Names that are created while the answer is lost, as by a kill in between. */
  readonly lost = new Set<string>();

  constructor(endpoint = ENDPOINT) {
    this.endpoint = endpoint;
  }

  /** The calls since the last time that they were taken. */
  takeCalls(): string[] {
    const calls = this.calls;
    this.calls = [];
    return calls;
  }
}

/** Has a physical name, a size that changes in place and a shape that does not. */
const box = defineResource({
  type: BOX,
  inputs: z.strictObject({
    name: z.string(),
    size: z.number().default(1),
    shape: z.enum(['square', 'round']).default('square'),
    note: z.string().optional(),
    fifo: z.boolean().optional(),
    code: archiveSchema.optional(),
    labels: z.strictObject({ colour: z.string() }).optional(),
  }),
  ignoredInputs: { tags: 'nobody reads tags here' },
  autoName: {
    property: 'name',
    maxLength: 30,
    suffix: ({ fifo }) => (fifo === true ? '.fifo' : ''),
  },
  replaceOn: ['name', 'shape'],
  create({ name, ...inputs }, cloud: MemoryCloud) {
    cloud.calls.push(`create ${name}`);
    if (cloud.broken.has(name)) throw new Error(`no room for ${name}`);
    cloud.things.set(`Box ${name}`, inputs);
    if ([...cloud.lost].some((prefix) => name.startsWith(prefix))) throw new Error('killed');
    return { id: name, outputs: { url: `${cloud.endpoint}/${name}` } };
  },
  locate: ({ name }) => name,
  read: ({ id }, cloud) =>
    Promise.resolve(cloud.things.has(`Box ${id}`) ? { url: `${cloud.endpoint}/${id}` } : undefined),
  update({ id }, { name, ...inputs }, cloud) {
    cloud.calls.push(`update ${name}`);
    cloud.things.set(`Box ${id}`, inputs);
    return { url: `${cloud.endpoint}/${id}` };
  },
  delete({ id }, cloud) {
    cloud.calls.push(`delete ${id}`);
    if (cloud.broken.has(id)) throw new Error(`${id} is stuck`);
    cloud.things.delete(`Box ${id}`);
    cloud.things.delete(`Label ${id}`);
    return Promise.resolve();
  },
});

/** Belongs to a box, has no name of its own and no way to change in place. */
const label = defineResource({
  type: LABEL,
  inputs: z.strictObject({ box: z.string(), text: z.string() }),
  create({ box: id, text }, cloud: MemoryCloud) {
    cloud.calls.push(`label ${id} ${text}`);
    cloud.things.set(`Label ${id}`, text);
    return { id, outputs: {} };
  },
  locate: ({ box: id }) => id,
  read: ({ id }, cloud) => Promise.resolve(cloud.things.has(`Label ${id}`) ? {} : undefined),
  delete({ id }, cloud) {
    cloud.calls.push(`unlabel ${id}`);
    cloud.things.delete(`Label ${id}`);
    return Promise.resolve();
  },
});

const wish = defineResource({
  type: 'test:index:Wish',
  inputs: z.strictObject({}),
  notEmulated: 'wishes are free',
  create(_inputs, cloud: MemoryCloud) {
    if (cloud.lost.has('wish')) throw new Error('killed');
    return { id: 'wish', outputs: {} };
  },
  update: () => ({}),
});

export const memoryHandlers: Handlers<MemoryCloud> = {
  resources: [box, label, wish],
  unknownResource: (type, name) =>
    defineResource({
      type,
      inputs: z.record(z.string(), z.json()),
      unknownType: true,
      create: () => ({ id: `unknown-${name}`, outputs: {} }),
      update: () => ({}),
    }),
  functions: [{ token: 'test:index:echo', invoke: (args) => ({ ...args, echoed: true }) }],
};

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DeploymentError, messageOf } from './deployment-error.ts';
import type { Value } from './properties.ts';

const VERSION = 1;

const value: z.ZodType<Value> = z.json();
const properties = z.record(z.string(), value);

const resourceSchema = z.strictObject({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  /** Empty while the resource is being created. */
  id: z.string(),
  inputs: properties,
  outputs: properties,
  /** Top-level outputs that hold a secret. */
  secrets: z.array(z.string()),
  /** URNs. */
  dependencies: z.array(z.string()),
  protect: z.boolean(),
  retainOnDelete: z.boolean(),
  autoNamed: z.boolean(),
  /** Noted before the creation: after a kill it is known that something may exist. */
  creating: z.boolean(),
});

const stateSchema = z.strictObject({
  version: z.literal(VERSION),
  project: z.string(),
  stack: z.string(),
  /** Of the deployment that wrote this. */
  endpoint: z.string(),
  resources: z.array(resourceSchema),
  /** What replacements took the place of, until it is deleted. */
  replaced: z.array(resourceSchema),
});

/** A resource as saved. */
export type ResourceState = Readonly<z.infer<typeof resourceSchema>>;
type StackState = z.infer<typeof stateSchema>;

/**
 * The resources of a stack, in one JSON file. It contains secrets in plain text, as the stack file does: only its owner
 * can read it.
 */
export class State {
  readonly file: string;
  readonly #resources: Map<string, ResourceState>;
  readonly #replaced: Set<ResourceState>;
  readonly #header: Pick<StackState, 'version' | 'project' | 'stack' | 'endpoint'>;
  #saving: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;

  private constructor(file: string, state: StackState) {
    const { resources, replaced, ...header } = state;
    this.file = file;
    this.#header = header;
    this.#resources = new Map(resources.map((resource) => [resource.urn, resource]));
    this.#replaced = new Set(replaced);
  }

  /**
   * Reads the stack's state, or starts an empty one. Where the endpoint has moved since (another port), the
   * saved ids, inputs and outputs move with it: a queue's id is its URL.
   *
   * @throws DeploymentError `STATE_INVALID` when the file is broken or of another version
   */
  static async open(options: {
    dataDir: string;
    project: string;
    stack: string;
    endpoint: string;
  }): Promise<State> {
    const { dataDir, project, stack, endpoint } = options;
    const file = path.join(dataDir, 'stacks', `${stack}.json`);
    const text = await readIfThere(file);
    if (text === undefined) {
      const empty = { version: VERSION, project, stack, endpoint, resources: [], replaced: [] };
      return new State(file, { ...empty, version: VERSION });
    }
    const saved = parse(file, text);
    return new State(file, { ...moveEndpoint(saved, endpoint), endpoint });
  }

  get(urn: string): ResourceState | undefined {
    return this.#resources.get(urn);
  }

  resources(): ResourceState[] {
    return [...this.#resources.values()];
  }

  /** Old incarnations that still have to be deleted. */
  replaced(): ResourceState[] {
    return [...this.#replaced];
  }

  async put(resource: ResourceState): Promise<void> {
    this.#resources.set(resource.urn, resource);
    await this.#save();
  }

  async rename(from: string, resource: ResourceState): Promise<void> {
    this.#resources.delete(from);
    await this.put(resource);
  }

  /** Notes a successor that is about to be created, and that its predecessor is to be deleted. */
  async replace(predecessor: ResourceState, successor: ResourceState): Promise<void> {
    this.#replaced.add(predecessor);
    await this.put(successor);
  }

  async remove(resource: ResourceState): Promise<void> {
    if (!this.#replaced.delete(resource)) this.#resources.delete(resource.urn);
    await this.#save();
  }

  /** Returns when a write that began after this call has ended. Calls during one write share the next. */
  #save(): Promise<void> {
    this.#queued ??= this.#saving.then(() => {
      this.#queued = undefined;
      this.#saving = this.#write();
      return this.#saving;
    });
    return this.#queued;
  }

  async #write(): Promise<void> {
    const state: StackState = {
      ...this.#header,
      resources: this.resources(),
      replaced: this.replaced(),
    };
    await mkdir(path.dirname(this.file), { recursive: true });
    const temporary = `${this.file}.new`;
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(state, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, this.file);
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(file, messageOf(error), error);
  }
}

function parse(file: string, text: string): StackState {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(file, messageOf(error), error);
  }
  const result = stateSchema.safeParse(json);
  if (!result.success) throw invalid(file, z.prettifyError(result.error), result.error);
  return result.data;
}

function invalid(file: string, why: string, cause: unknown): DeploymentError {
  return new DeploymentError(
    'STATE_INVALID',
    `cannot use the saved state ${file}: ${why}. Remove the data directory to start afresh (its objects and messages are lost)`,
    { cause },
  );
}

function moveEndpoint(state: StackState, endpoint: string): StackState {
  if (state.endpoint === endpoint) return state;
  // A digit behind it belongs to another, longer port.
  const moveText = (text: string) =>
    text
      .split(state.endpoint)
      .reduce(
        (before, after) => before + (/^[0-9]/.test(after) ? state.endpoint : endpoint) + after,
      );
  const move = (value: unknown): unknown => {
    if (typeof value === 'string') return moveText(value);
    if (Array.isArray(value)) return value.map(move);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, move(item)]));
  };
  return move(state) as StackState;
}

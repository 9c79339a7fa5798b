import { isDeepStrictEqual } from 'node:util';
import { check, understoodInputs } from './check.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentLog } from './events.ts';
import type { Deployed, HandlerContext, ResourceHandler } from './handler.ts';
import type { Properties } from './properties.ts';
import type { Registration } from './registration.ts';
import type { ResourceState, State } from './state.ts';

/** What a step works with: the same for every resource of a deployment. */
export interface StepEnvironment<Context> {
  readonly state: State;
  readonly context: Context;
  readonly deployed: Deployed;
  readonly report: DeploymentLog;
}

/**
 * Makes one resource be as the program wants it: creates, updates or replaces it, or leaves it alone.
 * The state is saved before anything is created and after everything that was done, so a kill at any
 * point is made good by the next start.
 */
export class ResourceStep<Context extends HandlerContext> {
  readonly #handler: ResourceHandler<Context>;
  readonly #registration: Registration;
  readonly #urn: string;
  readonly #environment: StepEnvironment<Context>;

  constructor(
    handler: ResourceHandler<Context>,
    registration: Registration,
    urn: string,
    environment: StepEnvironment<Context>,
  ) {
    this.#handler = handler;
    this.#registration = registration;
    this.#urn = urn;
    this.#environment = environment;
  }

  /** @param inputs the registration's, with assets resolved */
  async run(inputs: Properties): Promise<ResourceState> {
    const before = await this.#previous();
    const previousName = before?.autoNamed ? this.#physicalName(before.inputs) : undefined;
    const { ignoreChanges } = this.#registration;
    const wanted =
      before && !before.creating ? keepIgnored(before.inputs, inputs, ignoreChanges) : inputs;
    // A seed keeps names stable: an application's settings survive a removed data directory.
    const after = this.#checked(wanted, { previousName, seed: this.#urn });
    if (before === undefined) return this.#create('create', after);
    const changed = changedProperties(before.inputs, after.inputs);
    if (before.creating) {
      // The program no longer wants the resource with the old name.
      if (this.#replacesOn(changed)) await this.#environment.state.replace(before, after);
      return this.#create('create', after);
    }
    const found = await this.#find(before);
    if (found === undefined) return this.#create('recreate', after);
    if (changed.length === 0) return this.#keep(before, { ...after, outputs: found });
    return this.#replacesOn(changed)
      ? this.#replace(before, wanted, after, changed)
      : this.#update({ ...before, outputs: found }, after, changed);
  }

  /** What the state knows of this resource, perhaps under a name that it had before. */
  async #previous(): Promise<ResourceState | undefined> {
    const { state } = this.#environment;
    const known = state.get(this.#urn);
    if (known) return known;
    const alias = this.#registration.aliases.map((urn) => state.get(urn)).find(Boolean);
    if (alias === undefined) return undefined;
    const { type, name } = this.#registration;
    const renamed = { ...alias, urn: this.#urn, type, name };
    await state.rename(alias.urn, renamed);
    return renamed;
  }

  /** The state that the resource is to have; still without id. */
  #checked(inputs: Properties, names: Parameters<typeof check>[3]): ResourceState {
    const { type, name, parent, protect, retainOnDelete, ...registration } = this.#registration;
    const checked = check(this.#handler, name, inputs, names);
    const { report } = this.#environment;
    if (this.#handler.notEmulated) report.addNotEmulated({ type, why: this.#handler.notEmulated });
    for (const [property, why] of Object.entries(checked.ignored)) {
      report.addNotEmulated({ type, property, why });
    }
    return {
      urn: this.#urn,
      type,
      name,
      id: '',
      inputs: checked.inputs,
      outputs: {},
      secrets: [
        ...new Set([...registration.secretInputs, ...registration.additionalSecretOutputs]),
      ],
      // A parent outlives its children, too.
      dependencies: [...new Set([...registration.dependencies, parent])].filter(Boolean).sort(),
      protect,
      retainOnDelete,
      autoNamed: checked.autoNamed,
      creating: true,
    };
  }

  /** Its outputs as they are now, or undefined when it is gone. */
  async #find(before: ResourceState): Promise<Properties | undefined> {
    if (!this.#handler.read) return before.outputs;
    return this.#handler.read(before, this.#environment.context);
  }

  async #create(
    operation: 'create' | 'recreate' | 'replace',
    after: ResourceState,
    changed?: readonly string[],
  ): Promise<ResourceState> {
    const { state, context, deployed, report } = this.#environment;
    await state.put(after);
    const { id, outputs } = await this.#handler.create(
      understoodInputs(this.#handler, after.inputs),
      context,
      deployed,
    );
    if (id === '') throw new Error('the handler gave no id');
    const created = { ...after, id, outputs: { ...after.inputs, ...outputs }, creating: false };
    await state.put(created);
    report.resource(operation, created, changed);
    return created;
  }

  async #keep(before: ResourceState, after: ResourceState): Promise<ResourceState> {
    const kept = {
      ...after,
      id: before.id,
      outputs: { ...after.inputs, ...after.outputs },
      creating: false,
    };
    // Options such as `protect` change without any call.
    if (!isDeepStrictEqual(kept, before)) await this.#environment.state.put(kept);
    this.#environment.report.resource('same', kept);
    return kept;
  }

  async #update(
    before: ResourceState,
    after: ResourceState,
    changed: readonly string[],
  ): Promise<ResourceState> {
    const { state, context, deployed, report } = this.#environment;
    const outputs = await this.#handler.update?.(
      { ...before, inputs: understoodInputs(this.#handler, before.inputs) },
      understoodInputs(this.#handler, after.inputs),
      context,
      deployed,
    );
    const updated = {
      ...after,
      id: before.id,
      outputs: { ...after.inputs, ...outputs },
      creating: false,
    };
    await state.put(updated);
    report.resource('update', updated, changed);
    return updated;
  }

  #replacesOn(changed: readonly string[]): boolean {
    const fixed = [...(this.#handler.replaceOn ?? []), ...this.#registration.replaceOnChanges];
    if (changed.length === 0) return false;
    return this.#handler.update === undefined || changed.some((name) => fixed.includes(name));
  }

  async #replace(
    before: ResourceState,
    inputs: Properties,
    after: ResourceState,
    changed: readonly string[],
  ): Promise<ResourceState> {
    if (this.#registration.protect) {
      throw new DeploymentError(
        'PROTECTED',
        `changing ${changed.join(', ')} replaces it, and it is protected: remove \`protect\` first if that is meant`,
      );
    }
    const { state, context } = this.#environment;
    if (this.#deletesFirst(before, after)) {
      await deleteIn(this.#handler, before, context);
      return this.#create('replace', after, changed);
    }
    // A new automatic name: the old one is taken until the old resource is deleted, at the end.
    const successor = this.#checked(inputs, {});
    await state.replace(before, successor);
    return this.#create('replace', successor, changed);
  }

  /** As Pulumi's providers: a fixed name cannot exist twice. */
  #deletesFirst(before: ResourceState, after: ResourceState): boolean {
    const name = this.#physicalName(after.inputs);
    const sameFixedName =
      name !== undefined && !after.autoNamed && name === this.#physicalName(before.inputs);
    return this.#registration.deleteBeforeReplace ?? sameFixedName;
  }

  #physicalName(inputs: Properties): string | undefined {
    const property = this.#handler.autoName?.property;
    const name = property === undefined ? undefined : inputs[property];
    return typeof name === 'string' ? name : undefined;
  }
}

/** Calls the handler's `delete`, unless the program asked to leave the thing alone. */
export async function deleteIn<Context extends HandlerContext>(
  handler: ResourceHandler<Context>,
  resource: ResourceState,
  context: Context,
): Promise<void> {
  if (resource.retainOnDelete) return;
  const inputs = understoodInputs(handler, resource.inputs);
  await handler.delete?.({ ...resource, inputs }, context);
}

/** The names of the properties that differ, in alphabetical order. */
function changedProperties(before: Properties, after: Properties): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
}

/** The new inputs with the old values of the properties whose changes are to be ignored. */
function keepIgnored(
  before: Properties,
  after: Properties,
  ignored: readonly string[],
): Properties {
  const kept = { ...after };
  for (const name of ignored) {
    const value = before[name];
    if (value === undefined) delete kept[name];
    else kept[name] = value;
  }
  return kept;
}

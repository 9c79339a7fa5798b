import type { z } from 'zod';
import type { Properties } from './properties.ts';

/** A resource that exists. */
export interface DeployedResource {
  readonly urn: string;
  readonly type: string;
  /** The name in the program, not the physical one. */
  readonly name: string;
  readonly id: string;
  /** As checked: defaults and automatic name included, secrets unwrapped. */
  readonly inputs: Properties;
  /** The inputs, and what the handler added. */
  readonly outputs: Properties;
}

/** Everything that exists of one type. */
export type Deployed = (type: string) => readonly DeployedResource[];

/** What a handler has to know of the resource that it works on. */
export interface Existing<Inputs> {
  readonly id: string;
  readonly inputs: Inputs;
  readonly outputs: Properties;
}

/** Where handlers create things. `endpoint` may differ from start to start: see `state.ts`. */
export interface HandlerContext {
  readonly endpoint: string;
}

/** How a resource type gets a physical name where the program gives none. */
export interface AutoName {
  /** The input that holds the name. */
  readonly property: string;
  /** The longest name that the service takes, in characters. */
  readonly maxLength: number;
  /** For services that take no capitals. */
  readonly lowerCase?: true;
  /** Returns the required end of the name, from the resource's other inputs. */
  readonly suffix?: (inputs: Readonly<Record<string, unknown>>) => string;
  readonly prefix?: string;
}

/** A resource type, described. `defineResource` makes a handler of it. */
export interface ResourceDefinition<Schema extends z.ZodType, Context extends HandlerContext> {
  /** Pulumi's type token. */
  readonly type: string;
  /** Every input that is understood, strictly: an unknown one is an error. */
  readonly inputs: Schema;
  /** Inputs that are accepted without effect, and why. They are listed for the user when the program sets them. */
  readonly ignoredInputs?: Readonly<Record<string, string>>;
  /** Values of understood inputs that have no effect here, by property: why. */
  readonly ignoredValues?: (inputs: z.output<Schema>) => Readonly<Record<string, string>>;
  /** Set when the whole resource has no effect here: why. */
  readonly notEmulated?: string;
  /** Set by `Handlers.unknownResource`. Several resources of such a type may have the same id. */
  readonly unknownType?: true;
  readonly autoName?: AutoName;
  /** Inputs that cannot change in place. */
  readonly replaceOn?: readonly string[];
  /**
   * Creates the resource, or takes over one with the same name: a start that was killed between the
   * creation and its note in the state calls this again.
   */
  readonly create: (
    inputs: z.output<Schema>,
    context: Context,
    deployed: Deployed,
  ) => Promise<Created> | Created;
  /**
   * Returns the id of a resource that a failed or interrupted `create` may have left: the engine deletes it. Omit it if
   * `create` never leaves a resource.
   */
  readonly locate?: (
    inputs: z.output<Schema>,
    context: Context,
  ) => Promise<string | undefined> | string;
  /**
   * Returns the outputs of the existing resource, or undefined if it does not exist. Without `read`, the resource exists
   * only in the state. `inputs` are unknown if the program looks up a foreign resource.
   */
  readonly read?: (
    resource: Omit<Existing<unknown>, 'inputs'>,
    context: Context,
  ) => Promise<Properties | undefined>;
  /** Changes it in place and returns the new outputs. Without it, any change replaces the resource. */
  readonly update?: (
    existing: Existing<z.output<Schema>>,
    inputs: z.output<Schema>,
    context: Context,
    deployed: Deployed,
  ) => Promise<Properties> | Properties;
  /** Not an error when it is gone already. Without it, there is nothing to delete. */
  readonly delete?: (existing: Existing<z.output<Schema>>, context: Context) => Promise<void>;
}

export interface Created {
  /** Never empty: with an empty id, dependents lose the input silently. */
  readonly id: string;
  /** What to add to the inputs, in the provider's shape. */
  readonly outputs: Properties;
}

/** A definition without the type of its schema, which lets one list contain all definitions. */
export type ResourceHandler<Context extends HandlerContext> = ResourceDefinition<
  z.ZodType,
  Context
>;

/** A function of a provider, such as `aws.getCallerIdentity`. */
export interface FunctionHandler<Context extends HandlerContext> {
  readonly token: string;
  readonly invoke: (args: Properties, context: Context) => Promise<Properties> | Properties;
}

export interface Handlers<Context extends HandlerContext> {
  readonly resources: readonly ResourceHandler<Context>[];
  readonly functions: readonly FunctionHandler<Context>[];
  /**
   * Makes a handler for a resource whose type is not in `resources`.
   *
   * @param name of the resource in the program
   */
  readonly unknownResource: (type: string, name: string) => ResourceHandler<Context>;
}

/** Checks nothing and changes nothing but the type: the engine hands over only inputs that passed the schema. */
export function defineResource<Schema extends z.ZodType, Context extends HandlerContext>(
  definition: ResourceDefinition<Schema, Context>,
): ResourceHandler<Context> {
  return definition;
}

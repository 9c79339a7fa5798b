import { resolveAssets } from './assets.ts';
import { deleteLeftovers } from './deletions.ts';
import { DeploymentError, messageOf } from './deployment-error.ts';
import type { DeploymentLog } from './events.ts';
import type {
  DeployedResource,
  FunctionHandler,
  HandlerContext,
  Handlers,
  ResourceHandler,
} from './handler.ts';
import type { Properties } from './properties.ts';
import type { Registration } from './registration.ts';
import { ResourceStep, type StepEnvironment } from './resource-step.ts';
import type { ResourceState, State } from './state.ts';
import { isStack, urnOf } from './urn.ts';

/** What the program gets to know of a resource that it constructed. */
export interface Registered {
  readonly urn: string;
  /** Empty for components. */
  readonly id: string;
  readonly outputs: Properties;
  /** Top-level outputs that hold a secret. */
  readonly secrets: readonly string[];
}

/**
 * One run of a program against its saved state. It owns the verdict: the program may well end as if nothing
 * had happened when one of its resources failed, so success is what this class says, not what the program says.
 */
export class Deployment<Context extends HandlerContext> {
  readonly #project: string;
  readonly #stack: string;
  readonly #programDirectory: string;
  readonly #resources: ReadonlyMap<string, ResourceHandler<Context>>;
  readonly #functions: ReadonlyMap<string, FunctionHandler<Context>>;
  readonly #unknownResource: Handlers<Context>['unknownResource'];
  readonly #acceptsUnknown: boolean;
  readonly #environment: StepEnvironment<Context>;
  /** URNs that this run registered: custom resources and components. */
  readonly #urns = new Set<string>();
  /** `TYPE ID` of what this run's resources manage. */
  readonly #managed = new Map<string, string>();
  readonly #running = new Set<Promise<unknown>>();
  #outputs: Properties = {};
  #failure: DeploymentError | undefined;

  constructor(options: {
    project: string;
    stack: string;
    programDirectory: string;
    handlers: Handlers<Context>;
    unknownTypes: 'accept' | 'reject';
    context: Context;
    state: State;
    report: DeploymentLog;
  }) {
    const { state, context, report, handlers } = options;
    this.#project = options.project;
    this.#stack = options.stack;
    this.#programDirectory = options.programDirectory;
    this.#resources = new Map(handlers.resources.map((handler) => [handler.type, handler]));
    this.#functions = new Map(handlers.functions.map((handler) => [handler.token, handler]));
    this.#unknownResource = handlers.unknownResource;
    this.#acceptsUnknown = options.unknownTypes === 'accept';
    const deployed = (type: string) => this.resources().filter((item) => item.type === type);
    this.#environment = { state, context, report, deployed };
  }

  /** The first failure; later ones mostly follow from it. */
  get failure(): DeploymentError | undefined {
    return this.#failure;
  }

  /** The stack's outputs, secrets unwrapped. */
  get outputs(): Properties {
    return this.#outputs;
  }

  /** What exists now, without components. */
  resources(): DeployedResource[] {
    return this.#environment.state
      .resources()
      .filter(({ creating }) => !creating)
      .map(({ urn, type, name, id, inputs, outputs }) => ({
        urn,
        type,
        name,
        id,
        inputs,
        outputs,
      }));
  }

  /** Takes over a failure that happened outside, for instance in the program. Returns the verdict: the first. */
  fail(error: DeploymentError): DeploymentError {
    this.#failure ??= error;
    return this.#failure;
  }

  /** Creates, updates or replaces a resource, or leaves it as it is. Refuses once the deployment has failed. */
  register(registration: Registration): Promise<Registered> {
    return this.#attempt(labelOf(registration), async () => {
      const { type, name, parent, unsupported } = registration;
      if (unsupported.length > 0) {
        throw new DeploymentError(
          'UNSUPPORTED',
          `the local engine has no ${unsupported.join(', ')}`,
        );
      }
      const urn = urnOf({ stack: this.#stack, project: this.#project, parent, type, name });
      if (this.#urns.has(urn)) {
        throw new DeploymentError('URN_DUPLICATE', `another resource has the URN ${urn} already`);
      }
      this.#urns.add(urn);
      if (!registration.custom) {
        return { urn, id: '', outputs: registration.inputs, secrets: registration.secretInputs };
      }
      const handler = this.#handlerOf(registration);
      const step = new ResourceStep(handler, registration, urn, this.#environment);
      const inputs = await resolveAssets(registration.inputs, this.#programDirectory);
      const resource = await step.run(inputs);
      if (!handler.unknownType) this.#claim(resource);
      return resource;
    });
  }

  /** Looks up a resource that this stack does not manage, as `Bucket.get` does. */
  read(request: {
    type: string;
    name: string;
    parent: string;
    id: string;
    properties: Properties;
  }): Promise<Registered> {
    return this.#attempt(labelOf(request), async () => {
      const { type, id, properties } = request;
      const urn = urnOf({ stack: this.#stack, project: this.#project, ...request });
      const handler = this.#handlerOf(request);
      if (!handler.read) {
        if (!this.#acceptsUnknown) {
          throw new DeploymentError('UNSUPPORTED', 'the local engine cannot look this type up');
        }
        this.#environment.report.addUnknownType(type);
        return { urn, id, outputs: properties, secrets: [] };
      }
      const found = await handler.read({ id, outputs: properties }, this.#environment.context);
      if (found === undefined) throw new Error(`"${id}" does not exist`);
      return { urn, id, outputs: { ...properties, ...found }, secrets: [] };
    });
  }

  /** Calls a provider's function, such as `aws.getCallerIdentity`. */
  invoke(token: string, args: Properties): Promise<Properties> {
    return this.#attempt(token, async () => {
      const handler = this.#functions.get(token);
      if (!handler) {
        if (!this.#acceptsUnknown) {
          throw new DeploymentError('TYPE_UNKNOWN', 'the local engine does not know this function');
        }
        this.#environment.report.addUnknownType(token);
        return args;
      }
      return handler.invoke(args, this.#environment.context);
    });
  }

  /** Components' outputs stay in the program; the stack's are the deployment's. */
  setOutputs(urn: string, outputs: Properties): void {
    if (isStack(urn)) this.#outputs = outputs;
  }

  /**
   * Call it once, when the program has ended. Waits for the running steps, then deletes the resources that the program
   * no longer has.
   *
   * @throws the failure of the deployment
   */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#running);
    if (this.#failure) throw this.#failure;
    await deleteLeftovers(
      this.#environment,
      this.#urns,
      ({ type, name }) => this.#resources.get(type) ?? this.#unknownResource(type, name),
      (resource, error) => this.fail(describe(labelOf(resource), error)),
    );
  }

  async #attempt<Result>(label: string, action: () => Promise<Result>): Promise<Result> {
    if (this.#failure) {
      throw new DeploymentError('REFUSED', 'not attempted: the deployment has failed already');
    }
    const running = action();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw this.fail(describe(label, error));
    } finally {
      this.#running.delete(running);
    }
  }

  #handlerOf({ type, name }: { type: string; name: string }): ResourceHandler<Context> {
    const handler = this.#resources.get(type);
    if (handler) return handler;
    if (this.#acceptsUnknown) {
      this.#environment.report.addUnknownType(type);
      return this.#unknownResource(type, name);
    }
    throw new DeploymentError('TYPE_UNKNOWN', 'the local engine does not know this resource type');
  }

  #claim({ type, id, name }: ResourceState): void {
    const key = `${type} ${id}`;
    const other = this.#managed.get(key);
    if (other !== undefined) {
      throw new DeploymentError(
        'ID_DUPLICATE',
        `"${other}" manages ${id} already: "${name}" would undo it`,
      );
    }
    this.#managed.set(key, name);
  }
}

function labelOf({ type, name }: { type: string; name: string }): string {
  return `${type} "${name}"`;
}

/** An error whose message names the resource or function. */
function describe(label: string, error: unknown): DeploymentError {
  if (error instanceof DeploymentError) {
    return new DeploymentError(error.code, `${label}: ${error.message}`, { cause: error.cause });
  }
  // The AWS SDK's errors carry AWS's code as their name.
  const code = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  return new DeploymentError('RESOURCE_FAILED', `${label}: ${code}${messageOf(error)}`, {
    cause: error,
  });
}

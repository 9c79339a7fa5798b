import * as pulumi from '@pulumi/pulumi';
import type { Statement } from '../permissions/policy-document.ts';
import { partitionOf } from '../partition.ts';
import {
  create,
  invoke,
  readExisting,
  REGION,
  type Properties,
  type Registered,
} from './provider.ts';
import { readProject } from './stack-files.ts';

/** A resource as a program asked for it, with the options that mocks alone do not show. */
export interface MockedResource extends Registered {
  readonly parent: pulumi.Resource | undefined;
  /** `URN::id`; empty for the default one. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Names of the resources that it waits for, without those of its inputs. */
  readonly dependsOn: readonly string[];
  /** Names that the resource had before. */
  readonly aliases: readonly string[];
  /** Names of the inputs that Pulumi encrypts in its state. */
  readonly secrets: readonly string[];
}

/** A function of the provider that the program called. */
export interface MockedCall {
  readonly token: string;
  /** As that of a resource. */
  readonly provider: string;
}

export interface MockedDeployment {
  readonly resources: readonly MockedResource[];
  readonly calls: readonly MockedCall[];
  /** The one resource of that name. */
  resource(name: string): MockedResource;
  ofType(type: string): MockedResource[];
}

export interface MockedStack {
  /** `test` by default. */
  readonly stack?: string;
  readonly config?: Record<string, string>;
  /** Region of the provider, and with it the partition of all ARNs. Default: that of `provider.ts`. */
  readonly region?: string;
  /** Name of a resource that the provider refuses to create. */
  readonly refused?: string;
}

/**
 * Runs a program under Pulumi's mocks, until every resource is registered.
 *
 * @throws what the program or the provider throws; mocks alone are silent where nothing depends on what failed
 */
export async function runWithMocks(
  program: () => unknown,
  { stack = 'test', config = {}, region, refused }: MockedStack = {},
): Promise<MockedDeployment> {
  const resources: MockedResource[] = [];
  const calls: MockedCall[] = [];
  const failures: unknown[] = [];
  const options = new OptionsByName();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs, id: existing, provider = '' }) {
        if (existing) return { id: existing, state: readExisting(type, existing) };
        const { plain, secrets } = withoutSecrets(inputs as Properties);
        const resource = { type, name, inputs: plain };
        if (type !== 'pulumi:pulumi:Stack')
          resources.push({ ...resource, secrets, provider, ...options.of(name) });
        // Pulumi would turn a thrown failure into unhandled rejections, or lose it.
        if (name === refused) failures.push(new Error(`${name} was refused`));
        const { id, state } = create(resource);
        return region === undefined ? { id, state } : moved({ id, state }, region);
      },
      call({ token, inputs, provider = '' }) {
        calls.push({ token, provider });
        const result = invoke(token, inputs as Properties);
        return region === undefined ? result : moved(result, region);
      },
    },
    readProject().name,
    stack,
  );
  pulumi.runtime.setAllConfig(config);
  await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation((resource) => options.add(resource));
    try {
      program();
    } catch (error) {
      failures.push(error);
    }
    return Promise.resolve();
  });
  // Resources may still be on their way when the program has ended.
  await pulumi.runtime.disconnect();
  if (failures.length > 0) throw failures[0];
  return deployment(resources, calls);
}

/** Marks a secret in the protocol of Pulumi's engine. */
const SECRET = { key: '4dabf18193072939515e22adb298388d', is: '1b47061264138c4ac30d75fd1eb44270' };

/** The inputs without the engine's marks of secrets, and the names of those that are secret. */
export function withoutSecrets(inputs: Properties): { plain: Properties; secrets: string[] } {
  const secrets: string[] = [];
  const plain = Object.entries(inputs).map(([name, value]) => {
    const marked = value as Record<string, unknown> | null | undefined;
    if (marked?.[SECRET.key] !== SECRET.is) return [name, value];
    secrets.push(name);
    return [name, marked['value']];
  });
  return { plain: Object.fromEntries(plain) as Properties, secrets };
}

/** The same answer of AWS in another region. */
function moved<Answer extends object>(answer: Answer, region: string): Answer {
  const { partition } = partitionOf(region);
  const text = JSON.stringify(answer, (key, value: unknown) =>
    key === 'code' ? undefined : value,
  );
  return JSON.parse(
    text.replaceAll('arn:aws:', `arn:${partition}:`).replaceAll(REGION, region),
  ) as Answer;
}

/** Options are seen before a resource is registered, by a transformation that changes nothing. */
class OptionsByName {
  readonly #options = new Map<string, pulumi.CustomResourceOptions>();
  readonly #names = new Map<unknown, string>();

  add({ resource, name, opts }: pulumi.ResourceTransformationArgs): undefined {
    this.#options.set(name, opts);
    this.#names.set(resource, name);
  }

  of(name: string): Omit<MockedResource, keyof Registered | 'provider' | 'secrets'> {
    const {
      parent,
      protect,
      retainOnDelete,
      dependsOn,
      aliases = [],
    } = this.#options.get(name) ?? {};
    return {
      parent,
      protect: protect ?? false,
      retainOnDelete: retainOnDelete ?? false,
      dependsOn: [dependsOn ?? []].flat().map((one) => this.#names.get(one) ?? 'unknown'),
      aliases: aliases.map((alias) => {
        const aliasName = typeof alias === 'object' && 'name' in alias ? alias.name : undefined;
        return typeof aliasName === 'string' ? aliasName : 'unknown';
      }),
    };
  }
}

function deployment(
  resources: readonly MockedResource[],
  calls: readonly MockedCall[],
): MockedDeployment {
  return {
    resources,
    calls,
    resource(name) {
      const [found, ...more] = resources.filter((resource) => resource.name === name);
      if (found && more.length === 0) return found;
      throw new Error(
        `Not one resource is called ${name}; there are ${resources.map((resource) => resource.name).join(', ')}`,
      );
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
  };
}

/** The statements of a policy that a resource takes as JSON. */
export function statementsOf(inputs: Properties, property = 'policy'): Statement[] {
  return (JSON.parse(inputs[property] as string) as { Statement: Statement[] }).Statement;
}

/** A resource of a stack, as far as rules look at it. */
export interface Resource {
  /** URN or another unique id, with the types of the components around it. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Inputs and the provider's outputs. During a preview, reading an unknown value may throw. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /** Not every host of the rules can see it. */
  readonly retainOnDelete: boolean | undefined;
  /** By property, ids of the resources that its value comes from; absent if the host does not provide them. */
  readonly sources?: Readonly<Record<string, readonly string[]>>;
}

/** A part of a property, by its path. Each element of an array is a value; absent parts are left out. */
export function valuesAt(value: unknown, ...path: readonly string[]): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, ...path));
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  return typeof value === 'object'
    ? valuesAt((value as Record<string, unknown>)[first], ...rest)
    : [];
}

/** All resources of a stack, and how they hang together. */
export class Stack {
  readonly resources: readonly Resource[];

  constructor(resources: readonly Resource[]) {
    this.resources = resources;
  }

  ofType(...types: readonly string[]): readonly Resource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /** The resource of this type that a property names: by its ARN, URL, name or id. */
  target(resource: Resource, property: string, type: string): Resource | undefined {
    const sources = resource.sources?.[property] ?? [];
    const candidates = this.ofType(type);
    const source = candidates.find(({ id }) => sources.includes(id));
    if (source) return source;
    const value = resource.properties[property];
    return typeof value === 'string' ? candidates.find((one) => isCalled(one, value)) : undefined;
  }

  /** The resources of this type whose property names that one. */
  about(target: Resource, type: string, property: string): readonly Resource[] {
    return this.ofType(type).filter((one) => this.target(one, property, target.type) === target);
  }
}

const NAMES = ['arn', 'url', 'id', 'bucket', 'name', 'keyId'];

function isCalled({ properties }: Resource, value: string): boolean {
  return NAMES.some((name) => properties[name] === value);
}

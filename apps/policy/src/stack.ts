import type { Resource } from './resource.ts';

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

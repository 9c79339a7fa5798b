/** A deployed resource with its inputs and outputs. */
export interface GraphResource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The deployed resources and their relations. */
export class Graph {
  readonly resources: readonly GraphResource[];

  constructor(resources: readonly GraphResource[]) {
    this.resources = resources;
  }

  /** @param type without its module, for example `Queue` for `aws:sqs/queue:Queue`; `sqs/Queue` where it is not the only one */
  ofType(type: string): readonly GraphResource[] {
    const [name = '', service] = type.split('/').reverse();
    return this.resources.filter(
      (resource) =>
        resource.type.endsWith(`:${name}`) &&
        (service === undefined || resource.type.startsWith(`aws:${service}/`)),
    );
  }

  /** The resource of this type whose id, ARN, URL or name that is. */
  find(type: string, reference: unknown): GraphResource | undefined {
    return this.ofType(type).find(
      ({ id, inputs, outputs }) =>
        id === reference ||
        ['arn', 'url', 'keyId', 'name', 'bucket'].some(
          (property) => (outputs[property] ?? inputs[property]) === reference,
        ),
    );
  }

  /** @throws Error if the program has no such resource */
  require(type: string, reference: unknown): GraphResource {
    const found = this.find(type, reference);
    if (!found) throw new Error(`The program makes no ${type} ${String(reference)}`);
    return found;
  }
}

export function arnOf({ outputs, name }: GraphResource): string {
  const { arn } = outputs;
  if (typeof arn === 'string') return arn;
  throw new Error(`${name} has no ARN`);
}

/** A part of an input or output, by its path; the elements of arrays count as one of them each. */
export function valuesAt(value: unknown, ...path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, ...path));
  const [first, ...rest] = path;
  if (first === undefined) return value === undefined || value === null ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as Record<string, unknown>)[first], ...rest);
}

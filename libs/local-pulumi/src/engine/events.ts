/** What happened to a resource. `recreate`: the resource is in the state but no longer exists. */
export type Operation = 'create' | 'recreate' | 'update' | 'replace' | 'delete' | 'same';

/** An event of a running deployment. */
export type DeploymentEvent =
  | {
      readonly kind: 'resource';
      readonly operation: Operation;
      readonly urn: string;
      readonly type: string;
      readonly name: string;
      /** The inputs that differ, for `update` and `replace`. */
      readonly changed?: readonly string[];
    }
  /** A line that the program printed or logged. */
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'warning'; readonly message: string };

/** Number of resources by operation. Recreated resources count as created. */
export interface Changes {
  created: number;
  updated: number;
  replaced: number;
  deleted: number;
  same: number;
}

/** A resource or property of the program that has no effect on this machine. */
export interface NotEmulated {
  readonly type: string;
  /** Undefined for the whole resource. */
  readonly property?: string;
  readonly why: string;
}

/** Sends events to the listener, and counts them for the result of the deployment. */
export class DeploymentLog {
  readonly changes: Changes = { created: 0, updated: 0, replaced: 0, deleted: 0, same: 0 };
  readonly #notEmulated = new Map<string, NotEmulated>();
  readonly #unknownTypes = new Set<string>();
  readonly #onEvent: (event: DeploymentEvent) => void;

  constructor(onEvent: (event: DeploymentEvent) => void) {
    this.#onEvent = onEvent;
  }

  resource(
    operation: Operation,
    resource: { urn: string; type: string; name: string },
    changed?: readonly string[],
  ): void {
    this.changes[COUNTED_AS[operation]] += 1;
    const { urn, type, name } = resource;
    this.#onEvent({ kind: 'resource', operation, urn, type, name, ...(changed && { changed }) });
  }

  log(line: string): void {
    this.#onEvent({ kind: 'log', line });
  }

  warn(message: string): void {
    this.#onEvent({ kind: 'warning', message });
  }

  addNotEmulated(item: NotEmulated): void {
    this.#notEmulated.set(`${item.type} ${item.property ?? ''}`, item);
  }

  /** @param token of a resource type or of a function */
  addUnknownType(token: string): void {
    this.#unknownTypes.add(token);
  }

  /** In alphabetical order. */
  unknownTypes(): string[] {
    return [...this.#unknownTypes].sort();
  }

  notEmulated(): NotEmulated[] {
    return [...this.#notEmulated.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item);
  }
}

const COUNTED_AS: Readonly<Record<Operation, keyof Changes>> = {
  create: 'created',
  recreate: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  same: 'same',
};

import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Node } from 'yaml';

/** The part of JSON Schema, draft 7, that the recipe's schema uses. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

export interface Suggestion {
  readonly label: string;
  readonly kind: 'key' | 'value';
  readonly description?: string | undefined;
}

export interface Help {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly description: string;
  /** Type, range and default. */
  readonly facts: string;
}

type Path = readonly (string | number)[];

/** Replaces the word at the cursor, to find its place in an unfinished text. */
const CURSOR = 'zzCURSORzz';

/** Answers what a JSON Schema allows at a place of a YAML text. */
export class SchemaHelp {
  readonly #root: Schema;

  constructor(root: Schema) {
    this.#root = root;
  }

  /** What can be written at the cursor, and where the word there begins. */
  suggest(text: string, cursor: number): { from: number; suggestions: Suggestion[] } {
    const word = /[\w-]*$/.exec(text.slice(0, cursor))?.[0] ?? '';
    const from = cursor - word.length;
    const rest = text.slice(cursor).replace(/^[\w-]*/, '');
    const place = placeOf(`${text.slice(0, from)}${CURSOR}${rest}`, (node) =>
      isScalar(node) && String(node.value).includes(CURSOR) ? true : false,
    );
    if (!place) return { from, suggestions: [] };
    const schemas = this.#at(place.path);
    const values = place.isKey ? [] : schemas.flatMap((schema) => valuesOf(schema));
    const keys = schemas.flatMap(({ properties = {} }) =>
      Object.entries(properties).map(([label, schema]) => ({
        ...{ label, kind: 'key' as const },
        description: this.#describe(schema),
      })),
    );
    const found = new Map<string, Suggestion>();
    for (const suggestion of [...keys, ...values])
      if (!found.has(suggestion.label)) found.set(suggestion.label, suggestion);
    return { from, suggestions: [...found.values()] };
  }

  /** The documentation of the option at an offset. */
  help(text: string, offset: number): Help | undefined {
    const place = placeOf(text, (node) => {
      const [from, to] = node.range ?? [0, -1];
      return isScalar(node) && from <= offset && offset <= to;
    });
    if (!place) return undefined;
    const path = place.isKey ? [...place.path, place.text] : place.path;
    const schemas = this.#at(path);
    const named = schemas.find(({ description }) => description !== undefined);
    const name = path.findLast((part) => typeof part === 'string');
    if (!named || name === undefined) return undefined;
    const { from, to } = place;
    const facts = [...new Set(schemas.flatMap(factsOf))].join(', ');
    return { from, to, title: name, description: named.description ?? '', facts };
  }

  #describe(schema: Schema): string | undefined {
    return this.#resolve(schema).find(({ description }) => description !== undefined)?.description;
  }

  #at(path: Path): Schema[] {
    return path.reduce<Schema[]>(
      (schemas, part) =>
        schemas
          .flatMap(({ properties, items }) => {
            const inner = typeof part === 'number' ? items : properties?.[part];
            return inner ? [inner] : [];
          })
          .flatMap((schema) => this.#resolve(schema)),
      this.#resolve(this.#root),
    );
  }

  /** The schema and its alternatives, without references. */
  #resolve(schema: Schema): Schema[] {
    const { $ref, anyOf = [], oneOf = [], allOf = [] } = schema;
    const named = this.#root.definitions?.[$ref?.replace('#/definitions/', '') ?? ''];
    const others = [...(named ? [named] : []), ...anyOf, ...oneOf, ...allOf];
    return [schema, ...others.flatMap((other) => this.#resolve(other))];
  }
}

interface Place {
  readonly path: Path;
  /** The node is the key of a map; the path is that of the map. */
  readonly isKey: boolean;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Finds a node, and the path of keys and indices that leads to it. */
function placeOf(text: string, isIt: (node: Node) => boolean): Place | undefined {
  let found: Place | undefined;
  visit(parseDocument(text, { prettyErrors: false }), {
    Scalar(key, node, ancestors) {
      if (!isIt(node)) return undefined;
      const path = ancestors.flatMap((ancestor, index): Path => {
        const child: unknown = ancestors[index + 1] ?? node;
        if (isPair(ancestor) && isScalar(ancestor.key) && ancestor.key !== node)
          return [String(ancestor.key.value)];
        if (isSeq(ancestor)) return [ancestor.items.indexOf(child)];
        return [];
      });
      const [from = 0, to = 0] = node.range ?? [];
      const isKey = key === 'key' && isMap(ancestors.at(-2));
      found = { path, isKey, text: String(node.value), from, to };
      return visit.BREAK;
    },
  });
  return found;
}

function valuesOf({ enum: values = [], const: only, type }: Schema): Suggestion[] {
  const all = [
    ...values,
    ...(only === undefined ? [] : [only]),
    ...(type === 'boolean' ? [true, false] : []),
  ];
  return all
    .filter((value) => typeof value !== 'object')
    .map((value) => ({ label: String(value), kind: 'value' }));
}

function factsOf(schema: Schema): string[] {
  const { type, minimum, maximum, default: fallback } = schema;
  const values = valuesOf(schema).map(({ label }) => label);
  return [
    ...(values.length > 0 && type !== 'boolean' ? [values.join(' | ')] : []),
    ...(type === 'integer' || type === 'number' || type === 'boolean' ? [type] : []),
    ...(minimum !== undefined && maximum !== undefined ? [`${minimum} to ${maximum}`] : []),
    ...(fallback !== undefined && typeof fallback !== 'object'
      ? [`default ${JSON.stringify(fallback)}`]
      : []),
  ];
}

import { referenceOf, type JsonSchema } from './json-schema.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 6 });

function code(value: unknown): string {
  if (value === '') return "`''`";
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** Where the pages that mention a named value explain it, by its name. */
export type Links = Readonly<Record<string, string>>;

function range({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) {
    return `, ${number.format(minimum)} to ${number.format(maximum)}`;
  }
  if (minimum !== undefined) return `, ${number.format(minimum)} and up`;
  return maximum === undefined ? '' : `, up to ${number.format(maximum)}`;
}

function count({ minItems, maxItems }: JsonSchema): string {
  if (minItems !== undefined && maxItems !== undefined) return `, ${minItems} to ${maxItems}`;
  return minItems ? `, at least ${minItems}` : '';
}

/** What a value may be, in words. */
export function typeInWords(schema: JsonSchema, links: Links): string {
  const name = referenceOf(schema);
  if (name !== undefined) return links[name] ? `[${name}](${links[name]})` : name;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  const members = schema.anyOf ?? schema.oneOf;
  if (members) return members.map((member) => typeInWords(member, links)).join(' or ');
  switch (schema.type) {
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
    case 'number':
      return schema.type + range(schema);
    case 'string':
      return 'text';
    case 'array': {
      const items = schema.items as JsonSchema;
      const each = items.type === 'object' ? 'maps' : typeInWords(items, links);
      return `list of ${each}${count(schema)}`;
    }
    default: {
      const { additionalProperties: values } = schema;
      return typeof values === 'object' ? `map to ${typeInWords(values, links)}` : 'map';
    }
  }
}

/** One line of a table. */
interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** All options of a map, those of inner maps by their path (`focus.x`, `regions[].left`). */
export function optionRows(schema: JsonSchema, prefix = ''): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]): Row[] => {
    if (typeof value !== 'object') return [];
    const path = prefix + name;
    const row = { path, schema: value, isRequired: schema.required?.includes(name) ?? false };
    const items = value.type === 'array' ? (value.items as JsonSchema) : undefined;
    const map = mapOf(value);
    const inner = items ? optionRows(items, `${path}[].`) : map ? optionRows(map, `${path}.`) : [];
    return [row, ...inner];
  });
}

/** The map that a value is or may be. */
function mapOf(value: JsonSchema): JsonSchema | undefined {
  return [value, ...(value.anyOf ?? [])].find(({ type }) => type === 'object');
}

const cell = (text: string) => text.replaceAll('|', '\\|');

function defaultInWords({ schema, isRequired }: Row): string {
  if (isRequired) return 'required';
  const { default: fallback } = schema;
  // A map whose members have defaults of their own.
  if (fallback === undefined || mapOf(schema)) return '';
  if (Array.isArray(fallback)) return fallback.map(code).join(', ') || 'none';
  return code(fallback);
}

/**
 * A Markdown table of options.
 * @throws Error naming the option that its schema does not describe
 */
export function optionsTable(rows: readonly Row[], links: Links): string {
  const lines = rows.map((row) => {
    const { path, schema } = row;
    if (!schema.description) throw new Error(`option ${path} has no description`);
    const cells = [
      `\`${path}\``,
      typeInWords(schema, links),
      defaultInWords(row),
      // As in any table: no full stop after a lone sentence.
      schema.description.replace(/^([^.]*)\.$/, '$1'),
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}

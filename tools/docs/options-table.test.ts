import { expect, test } from 'vitest';
import * as z from 'zod';
import { jsonSchemaOf } from './json-schema.ts';
import { optionRows, optionsTable } from './options-table.ts';

function tableOf(options: z.ZodType): readonly string[] {
  const rows = optionRows(jsonSchemaOf(options).schema);
  return optionsTable(rows, { shade: '#shade' }).split('\n').slice(2);
}

const shade = z.string().meta({ id: 'shade' });

test.each([
  [z.boolean().default(false), '| `x` | `true` or `false` | `false` | What it is |'],
  [z.int().min(1), '| `x` | integer, 1 and up | required | What it is |'],
  [z.number().min(0).max(1_000).default(5), '| `x` | number, 0 to 1,000 | `5` | What it is |'],
  [z.enum(['a', 'b']).default('a'), '| `x` | `a`, `b` | `a` | What it is |'],
  [z.union([z.literal('auto'), z.number()]), '| `x` | `auto` or number | required | What it is |'],
  [z.string().default(''), "| `x` | text | `''` | What it is |"],
  [shade.default('dark'), '| `x` | [shade](#shade) | `dark` | What it is |'],
  [z.array(z.string()).min(1).max(3), '| `x` | list of text, 1 to 3 | required | What it is |'],
  [z.record(z.string(), z.string()).default({}), '| `x` | map to text |  | What it is |'],
])('an option in words: %#', (type, line) => {
  expect(tableOf(z.strictObject({ x: type.describe('What it is.') }))).toEqual([line]);
});

test('the options of inner maps come with their path', () => {
  const inner = z.strictObject({ y: z.boolean().describe('y') });
  const lines = tableOf(
    z.strictObject({
      one: inner.optional().describe('1'),
      many: z.array(inner).describe('2'),
      none: z
        .union([z.literal(false), inner])
        .prefault({ y: true })
        .describe('3'),
    }),
  );
  expect(lines.at(-2)).toBe('| `none` | `false` or map |  | 3 |');
  expect(lines.map((line) => line.split(' ')[1])).toEqual([
    '`one`',
    '`one.y`',
    '`many`',
    '`many[].y`',
    '`none`',
    '`none.y`',
  ]);
});

test('a bar in a text does not end its cell', () => {
  expect(tableOf(z.strictObject({ x: z.boolean().describe('a | b') }))[0]).toContain('a \\| b');
});

test('an option without a description is an error that names it', () => {
  expect(() => tableOf(z.strictObject({ x: z.boolean() }))).toThrow('option x has no description');
});

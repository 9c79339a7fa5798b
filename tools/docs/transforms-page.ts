import { catalog } from '@darkroom/pipeline';
import { isDisplayStep, type Transform } from '@darkroom/transforms';
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts';
import { optionRows, optionsTable, typeInWords, type Links } from './options-table.ts';
import { showingOf, type Showing } from './pictures.ts';
import { transformEntries, type TransformEntry } from './transform-entry.ts';
import { shortStep, stepsYaml } from './steps-yaml.ts';

const KINDS: Readonly<Record<Transform['kind'], string>> = {
  pixels: '',
  raw: 'Works on raw pixels: a barrier between sharp’s pipelines.',
  samples: 'Works on pixels in memory, of 8 or 16 bits: a barrier between sharp’s pipelines.',
  facts: 'Changes no pixel; what it finds stands in the manifest, in the output’s `facts`.',
  join: 'A variant has one such step, and needs `pages` or `frames` ([contract](contract.md#contact-sheets)).',
  setting: 'A setting of the file: holds for the whole variant, wherever it is among the steps.',
};

const SHOWS = 'Comes first, or after `rotate: auto`; a variant has one such step.';

function optionsOf({ schema, transform }: TransformEntry, links: Links): string {
  try {
    if (!schema.oneOf) {
      const rows = optionRows(schema);
      return rows.length > 0 ? optionsTable(rows, links) : 'It has no options.';
    }
    return schema.oneOf
      .map((member) => {
        const [[name = '', value] = []] = Object.entries(member.properties ?? {});
        const rows = optionRows(member).slice(1);
        const title = `#### \`${name}: ${String((value as JsonSchema).const)}\``;
        const table = rows.length > 0 ? optionsTable(rows, links) : '';
        return [title, member.description ?? '', table].filter(Boolean).join('\n\n');
      })
      .join('\n\n');
  } catch (cause) {
    throw new Error(`transform ${transform.name}: ${(cause as Error).message}`, { cause });
  }
}

function picturesTable({ before, after, step }: Showing): string {
  return [
    `| before | \`${stepsYaml([step]).replace(/^- /, '')}\` |`,
    '| --- | --- |',
    `| ![before](pictures/${before}) | ![after](pictures/${after}) |`,
  ].join('\n');
}

function section(entry: TransformEntry, links: Links): string {
  const { transform, description, examples } = entry;
  const { name, kind, scalar } = transform;
  const steps = examples.map((options) => shortStep(name, options, scalar));
  const showing = showingOf(entry);
  return [
    `## ${name}`,
    [description, isDisplayStep({ transform: name }) ? SHOWS : KINDS[kind]]
      .filter(Boolean)
      .join(' '),
    ...(showing ? [picturesTable(showing)] : []),
    '```yaml\n' + stepsYaml(steps) + '\n```',
    optionsOf(entry, links),
    ...(scalar === undefined
      ? []
      : [`A lone value sets \`${scalar}\`: \`${name}: …\` is \`${name}: { ${scalar}: … }\`.`]),
  ].join('\n\n');
}

function valueSections(values: Readonly<Record<string, JsonSchema>>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { description, ...rest }]) => {
      return `### ${name}\n\n${description ?? `${typeInWords(rest, {})}.`}`;
    })
    .join('\n\n');
}

/** `docs/transforms.md`. */
export function transformsPage(): string {
  const entries = transformEntries(catalog);
  const values = Object.assign(
    {},
    ...entries.map(({ transform }) => jsonSchemaOf(transform.options).values),
  ) as Record<string, JsonSchema>;
  const links = Object.fromEntries(Object.keys(values).map((name) => [name, `#${name}`]));
  return [
    '# Transforms',
    'Every step that a [recipe](recipes.md) may use, built-in ones first, then plugins. Steps take effect exactly in the order in which they are written; names are sharp’s wherever sharp has the thing.',
    entries.map(({ transform: { name } }) => `[${name}](#${name})`).join(' · '),
    ...entries.map((entry) => section(entry, links)),
    '## Values',
    valueSections(values),
  ].join('\n\n');
}

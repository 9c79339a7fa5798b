import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseSettings } from '@darkroom/pipeline';
import * as z from 'zod';
import { stringify } from 'yaml';
import { CommandError, defineCommand, flag, option, optional } from '../command.ts';
import { numberBetween } from '../options.ts';
import { pathOf } from '../path-of.ts';
import type { Question, Terminal } from '../terminal.ts';

const FORMATS = ['webp', 'jpeg', 'avif'] as const;
const initSchema = z.strictObject({ file: z.string(), stack: z.string() });

/** Creates the configuration of a stack. */
export const init = defineCommand({
  name: 'init',
  summary: 'creates Pulumi.STACK.yaml with a recipe for photos',
  arguments: [optional('stack', 'name of the stack, for example dev')],
  options: {
    region: option('--region <region>', 'region of AWS (us-east-1)', region().optional()),
    prefix: option(
      '--prefix <prefix>',
      'uploads whose keys begin with this prefix (uploads/)',
      z.string().optional(),
    ),
    widths: option(
      '--widths <list>',
      'widths of the outputs in pixels (640,1280)',
      widths().optional(),
    ),
    format: option(
      '--format <format>',
      'webp, jpeg or avif (webp)',
      z.enum(FORMATS, 'must be webp, jpeg or avif').optional(),
      { completes: FORMATS },
    ),
    memory: option(
      '--memory <MiB>',
      'memory of the function (1769, one vCPU)',
      numberBetween(512, 10_240).default(1769),
    ),
    trial: flag('--trial', '`pulumi destroy` also deletes the buckets and all photos'),
    yes: flag('--yes', 'asks nothing: what no option gives has its default'),
  },
  details:
    'On a terminal it asks for what the arguments and options leave open. It writes the file into the current folder, next to Pulumi.yaml, and never overwrites a file. `darkroom render` and `darkroom estimate` try the recipe without AWS.',
  examples: [
    { line: '', what: 'Answer a few questions' },
    { line: 'dev --yes', what: 'A stack with all defaults' },
    {
      line: 'prod --yes --region eu-central-1 --widths 320,640,1280 --format avif',
      what: 'With choices',
    },
  ],
  output: initSchema,
  async run({ terminal }, { yes, memory, ...given }, name) {
    const asker = terminal.canAsk && !yes ? terminal : undefined;
    const answers = await complete({ ...given, stack: name }, asker);
    const { stack } = answers;
    const file = fileOf(stack);
    const settings = {
      recipes: [
        {
          name: 'photos',
          match: { prefix: answers.prefix },
          variants: [
            {
              name: 'w{width}',
              widths: answers.widths,
              steps: [{ rotate: 'auto' }, { encode: { format: answers.format } }],
            },
          ],
        },
      ],
      function: { memory },
      ...(answers.trial && { storage: { protect: false } }),
    };
    parseSettings(settings, file);
    const text = stringify({
      config: { 'aws:region': answers.region, 'darkroom:pipeline': settings },
    });
    await writeFile(pathOf(file), text, { flag: 'wx' });
    return { file, stack };
  },
  print({ file, stack }, terminal) {
    const next = existsSync(pathOf('Pulumi.yaml'))
      ? `To deploy it: pulumi stack init ${stack}, and pulumi up`
      : `To run it on this machine: DARKROOM_STACK=${stack} darkroom dev`;
    terminal.text(
      `Wrote ${file}.\nTo try the recipe: darkroom render ${file} photo.jpg --out rendered\n${next}`,
    );
  },
});

interface Answers {
  readonly stack: string;
  readonly region: string;
  readonly prefix: string;
  readonly widths: readonly number[];
  readonly format: (typeof FORMATS)[number];
  readonly trial: boolean;
}

type Given = { readonly [Name in keyof Answers]: Answers[Name] | undefined };

/**
 * Asks for what is not given, or takes the defaults.
 *
 * @param asker asks nothing if it is undefined
 */
async function complete(given: Given, asker: Terminal | undefined): Promise<Answers> {
  const answer = async <T>(
    value: T | undefined,
    schema: z.ZodType<T, string>,
    question: Omit<Question, 'problem'>,
  ): Promise<T> => {
    if (value !== undefined) return value;
    const problem = (text: string) => schema.safeParse(text).error?.issues[0]?.message;
    return schema.parse(asker ? await asker.ask({ ...question, problem }) : question.default);
  };
  return {
    stack: await stackName(given.stack, asker),
    region: await answer(given.region, region(), {
      message: 'Region of AWS',
      default: 'us-east-1',
    }),
    prefix: await answer(given.prefix, z.string(), {
      message: 'Prefix of the uploads that it processes',
      default: 'uploads/',
    }),
    widths: await answer(given.widths, widths(), {
      message: 'Widths of the outputs in pixels',
      default: '640,1280',
    }),
    format: await answer(given.format, z.enum(FORMATS), {
      message: 'Format of the outputs',
      default: 'webp',
      choices: FORMATS,
    }),
    trial:
      given.trial ||
      ((await asker?.confirm('May `pulumi destroy` delete the buckets and all photos?')) ?? false),
  };
}

async function stackName(given: string | undefined, asker: Terminal | undefined): Promise<string> {
  const problem = (name: string) => {
    if (!/^[\w.-]{1,100}$/.test(name)) return `${name} is not a name of a stack`;
    return existsSync(pathOf(fileOf(name))) ? `${fileOf(name)} already exists` : undefined;
  };
  if (given === undefined && asker)
    return asker.ask({ message: 'Name of the stack', default: 'dev', problem });
  if (given === undefined)
    throw new CommandError('The name of the stack is missing', {
      remedy: 'Add it, for example: darkroom init dev',
    });
  const wrong = problem(given);
  if (wrong === undefined) return given;
  throw new CommandError(wrong, {
    remedy: wrong.endsWith('exists')
      ? 'Choose another name, or delete the file first.'
      : 'Use letters, digits and _ . - only.',
  });
}

function fileOf(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

function region() {
  return z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region such as eu-central-1');
}

function widths() {
  return z.string().transform((text, context) => {
    const values = text.split(',').map(Number);
    if (values.every((value) => Number.isInteger(value) && value >= 1 && value <= 16_383))
      return values;
    context.addIssue({
      code: 'custom',
      message: `must be widths in pixels from 1 to 16383, such as 640,1280; found ${text}`,
    });
    return z.NEVER;
  });
}

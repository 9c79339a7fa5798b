import { writeFile } from 'node:fs/promises';
import { parseSettings } from '@darkroom/pipeline';
import * as z from 'zod';
import { stringify } from 'yaml';
import { CommandError, defineCommand, option, required } from '../command.ts';
import { numberBetween } from '../options.ts';
import { pathOf } from '../path-of.ts';

const initSchema = z.strictObject({ file: z.string(), stack: z.string() });

/** Creates the configuration of a stack. */
export const init = defineCommand({
  name: 'init',
  summary: 'creates Pulumi.STACK.yaml with a recipe for photos',
  arguments: [required('stack', 'name of the stack, for example dev')],
  options: {
    region: option('--region <region>', 'region of AWS (us-east-1)', region().default('us-east-1')),
    prefix: option(
      '--prefix <prefix>',
      'uploads whose keys begin so (uploads/)',
      z.string().default('uploads/'),
    ),
    widths: option(
      '--widths <list>',
      'widths of the pictures (640,1280)',
      widths().default([640, 1280]),
    ),
    format: option(
      '--format <format>',
      'webp, jpeg or avif (webp)',
      z.enum(['webp', 'jpeg', 'avif'], 'must be webp, jpeg or avif').default('webp'),
    ),
    memory: option(
      '--memory <MiB>',
      'memory of the function (1769, one vCPU)',
      numberBetween(512, 10_240).default(1769),
    ),
  },
  details:
    'Writes the file into the current folder, next to Pulumi.yaml. It never overwrites a file. `darkroom render` and `darkroom estimate` try the recipe without AWS.',
  examples: [
    { line: 'dev', what: 'A stack with all defaults' },
    {
      line: 'prod --region eu-central-1 --widths 320,640,1280 --format avif',
      what: 'With choices',
    },
  ],
  output: initSchema,
  async run(_context, options, stack) {
    if (!/^[\w.-]{1,100}$/.test(stack))
      throw new CommandError(`${stack} is not a name of a stack`, {
        remedy: 'Use letters, digits and _ . - only.',
      });
    const file = `Pulumi.${stack}.yaml`;
    const settings = {
      recipes: [
        {
          name: 'photos',
          match: { prefix: options.prefix },
          variants: [
            {
              name: 'w{width}',
              widths: options.widths,
              steps: [{ rotate: 'auto' }, { encode: { format: options.format } }],
            },
          ],
        },
      ],
      function: { memory: options.memory },
    };
    parseSettings(settings, file);
    const text = stringify({
      config: { 'aws:region': options.region, 'darkroom:pipeline': settings },
    });
    await writeFile(pathOf(file), text, { flag: 'wx' }).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      throw new CommandError(`${file} already exists`, {
        cause,
        remedy: 'Choose another name, or delete the file first.',
      });
    });
    return { file, stack };
  },
  print({ file }, terminal) {
    terminal.text(
      `Wrote ${file}.\nTry it: darkroom render ${file} photo.jpg --out rendered\nThen: pulumi stack init, and npm run deploy`,
    );
  },
});

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

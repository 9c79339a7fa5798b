import { repairs, repairSchema } from '@darkroom/economics';
import { compare as compareBuckets, KINDS, type Kind, REPAIRABLE } from '@darkroom/operations';
import * as z from 'zod';
import { defineCommand } from '../command.ts';
import { openStackWithSettings, stackOptions } from '../stack.ts';
import { formatBytes, formatDollars, formatDuration, printable } from '../terminal.ts';
import { walkBuckets, walkOptions } from '../walk.ts';
import { PRICES_OPTION, readPrices } from './estimate.ts';

/** What each kind means, for people. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  'up-to-date': 'up to date',
  missing: 'missing',
  'source-changed': 'out of date: source',
  'recipe-changed': 'out of date: recipe or limits',
  'transform-changed': 'out of date: transform version',
  damaged: 'damaged outputs',
  retryable: 'rejected, retryable',
  rejected: 'rejected for good',
  'no-recipe': 'no recipe',
  orphaned: 'orphaned',
  kept: 'kept without source',
  leftover: 'folders of others',
};

export const compare = defineCommand({
  name: 'compare',
  summary: 'compares both buckets with the recipes, and changes nothing',
  details:
    'It reads one manifest for each upload and lists both buckets once. For each kind it prints the cost of its repair (docs/costs.md). `darkroom apply` repairs. For hundreds of millions of objects, --inventory reads the uploads from a report in CSV with the fields Size and ETag: then nothing is listed, and damaged outputs and outputs of removed uploads are not found.',
  arguments: [],
  options: {
    ...stackOptions,
    ...walkOptions,
    prices: PRICES_OPTION,
  },
  examples: [
    { line: '', what: 'The local stack' },
    { line: '--stack prod --prefix uploads/2024/', what: 'A part of a deployed stack' },
    { line: '--settings Pulumi.local.yaml', what: 'What a changed recipe would make out of date' },
  ],
  interrupted: 'The figures are those of the keys so far. The same command continues.',
  output: z.strictObject({
    stack: z.string(),
    /** False after Ctrl-C: the same command continues. */
    complete: z.boolean(),
    kinds: z.record(z.enum(KINDS), repairSchema),
  }),

  async run(context, options) {
    const stack = await openStackWithSettings(options);
    const { settings } = stack;
    const prices = await readPrices(options.prices);
    const comparison = await walkBuckets(context, stack, options, {
      identity: { command: 'compare' },
      operation: compareBuckets,
      isComplete: ({ position }) => position === undefined,
    });
    return {
      stack: stack.name,
      complete: comparison.position === undefined,
      kinds: repairs(comparison.kinds, settings, prices),
    };
  },

  print({ complete, kinds }, terminal) {
    const found = KINDS.filter((kind) => kinds[kind].objects > 0);
    if (found.length === 0) terminal.line('Both buckets are empty.');
    const isRepairable = (kind: Kind) => (REPAIRABLE as readonly Kind[]).includes(kind);
    terminal.table(
      ['kind', 'objects', 'size', 'requests', 'GB-s', 'dollars', 'time'],
      found.map((kind) => {
        const { objects, bytes, requests, gbSeconds, dollars, minutes } = kinds[kind];
        const cost = isRepairable(kind)
          ? [requests, gbSeconds.toFixed(1), formatDollars(dollars), formatDuration(minutes * 60)]
          : ['', '', '', ''];
        return [KIND_NAMES[kind], objects, formatBytes(bytes), ...cost];
      }),
    );
    for (const kind of found.filter(isRepairable))
      terminal.line(
        `${KIND_NAMES[kind]}: ${kinds[kind].examples.slice(0, 3).map(printable).join(', ')}`,
      );
    if (!complete) return;
    if (!found.some(isRepairable)) terminal.line('Nothing to do: all outputs are up to date.');
    else terminal.note('`darkroom apply` repairs them; `--kind` selects some.');
  },
});

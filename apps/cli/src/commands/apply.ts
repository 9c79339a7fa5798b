import {
  apply as applyToBuckets,
  type ApplyProgress,
  REPAIRABLE,
  type RepairableKind,
} from '@darkroom/operations';
import * as z from 'zod';
import { CommandError, defineCommand, flag, numberOption, option } from '../command.ts';
import { openStackWithSettings, stackOptions } from '../stack.ts';
import { walkBuckets, walkOptions } from '../walk.ts';
import { KIND_NAMES } from './compare.ts';

export const rateOption = option(
  '--rate <messages>',
  'most messages per second, or unlimited (default: 50)',
  numberOption('a number from 0.1, or unlimited', (n) => n >= 0.1).prefault('50'),
);
export const limitOption = option(
  '--limit <messages>',
  'most messages to send, or unlimited (default: 10000)',
  numberOption(
    'a whole number from 1, or unlimited',
    (n) => n === Infinity || (Number.isInteger(n) && n >= 1),
  ).prefault('10000'),
);

const names = REPAIRABLE.filter((kind) => kind !== 'orphaned');

export const apply = defineCommand({
  name: 'apply',
  summary: 'sends a message for each upload whose outputs are missing or out of date',
  details:
    'It saves its position after each request to SQS, at most ten messages. The same command continues after Ctrl-C or a kill. Without --prune it leaves outputs of removed uploads alone.',
  arguments: [],
  options: {
    ...stackOptions,
    ...walkOptions,
    kind: option(
      '--kind <kinds>',
      `kinds to repair, separated by commas: ${names.join(', ')} (default: all)`,
      z
        .string()
        .transform((text, context) => {
          const kinds = text.split(',');
          const wrong = kinds.filter((kind) => !(names as string[]).includes(kind));
          if (wrong.length === 0) return kinds as RepairableKind[];
          context.addIssue({
            code: 'custom',
            message: `unknown kind ${wrong.join(', ')}; allowed: ${names.join(', ')}`,
          });
          return z.NEVER;
        })
        .optional(),
      { completes: names },
    ),
    rate: rateOption,
    limit: limitOption,
    prune: flag('--prune', 'also deletes the outputs of removed uploads, after a question'),
    yes: flag('--yes', 'answers the question of --prune'),
    dryRun: flag('--dry-run', 'counts, and sends nothing'),
  },
  examples: [
    { line: '--dry-run', what: 'What would be sent to the local stack' },
    { line: '--stack prod --kind recipe-changed --rate 100', what: 'Roll out a changed recipe' },
    { line: '--prune --yes', what: 'Repair, and delete outputs of removed uploads' },
  ],
  changesStack: true,
  interrupted: 'The position is saved. The same command continues.',
  output: z.strictObject({
    stack: z.string(),
    /** Sources, and folders without a source, that this run has compared. */
    compared: z.number(),
    /** Messages by kind. */
    sent: z.record(z.enum(REPAIRABLE), z.number()),
    dryRun: z.boolean(),
    /** `limit` and `signal`: the same command continues. */
    stoppedBy: z.enum(['end', 'limit', 'signal']),
  }),

  async run(context, options) {
    const { inventory, kind = names, rate, limit, prune, yes, dryRun } = options;
    if (prune && inventory !== undefined)
      throw new CommandError('--prune needs listings of the buckets', {
        remedy: 'Leave out --inventory: a report does not contain the outputs of removed uploads.',
      });
    const stack = await openStackWithSettings(options);
    if (prune && !dryRun) {
      const question = `Delete the outputs of removed uploads in ${stack.processedBucket}?`;
      if (!(await context.terminal.confirm(question, yes)))
        throw new CommandError('Nothing was deleted.');
    }
    const kinds: RepairableKind[] = prune ? [...kind, 'orphaned'] : [...kind];
    const { compared, sent, stoppedBy } = await walkBuckets(context, stack, options, {
      identity: { command: 'apply', kinds, dryRun },
      operation: (walk) => applyToBuckets({ ...walk, kinds, limit, ratePerSecond: rate, dryRun }),
      isComplete: (applied) => applied.stoppedBy === 'end',
      note: (progress: ApplyProgress) => `${sum(progress.sent)} sent`,
    });
    return { stack: stack.name, compared, sent: { ...sent }, dryRun, stoppedBy };
  },

  print({ compared, sent, dryRun, stoppedBy }, terminal) {
    const kinds = REPAIRABLE.filter((kind) => sent[kind] > 0);
    terminal.table(
      ['kind', dryRun ? 'would be sent' : 'sent'],
      kinds.map((kind) => [KIND_NAMES[kind], sent[kind]]),
    );
    if (kinds.length === 0 && stoppedBy === 'end')
      terminal.line(`Nothing to do: ${compared} keys were compared.`);
    else
      terminal.line(
        `${sum(sent)} messages ${dryRun ? 'would be sent' : 'sent'}, ${compared} keys compared`,
      );
    if (stoppedBy === 'limit') terminal.note('Stopped by --limit. The same command continues.');
    if (stoppedBy === 'end' && !dryRun && kinds.length > 0)
      terminal.note('`darkroom watch --until-idle` shows the progress of the pipeline.');
  },
});

function sum(sent: Readonly<Record<string, number>>): number {
  return Object.values(sent).reduce((total, count) => total + count, 0);
}

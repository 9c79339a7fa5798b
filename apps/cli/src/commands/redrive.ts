import {
  redrive as redriveQueue,
  type RedriveFilter,
  redriveReport,
  redriveReportSchema,
  UNEXPLAINED,
} from '@darkroom/operations';
import { CODES } from '@darkroom/pipeline';
import * as z from 'zod';
import { CommandError, defineCommand, flag, option } from '../command.ts';
import { openStack, stackOptions, withDeadLetters } from '../stack.ts';
import { limitOption, rateOption } from './apply.ts';

/** Seconds of `30s`, `15m`, `2h`, `3d`. */
const age = z
  .string()
  .regex(/^\d+[smhd]$/, 'must be a number and s, m, h or d, such as 2h')
  .transform((text) => {
    const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[text.at(-1) as 's' | 'm' | 'h' | 'd'];
    return Number(text.slice(0, -1)) * unit;
  });

export const redrive = defineCommand({
  name: 'redrive',
  summary: 'moves dead letters back to the queue',
  details:
    'It counts the dead letters first and asks. All given conditions must hold. Messages that the run does not move are visible again at its end.',
  arguments: [],
  options: {
    ...stackOptions,
    code: option(
      '--code <codes>',
      'error codes, separated by commas; UNEXPLAINED for messages without one',
      z
        .string()
        .transform((text) => text.split(','))
        .optional(),
      { completes: [...Object.keys(CODES), UNEXPLAINED] },
    ),
    prefix: option(
      '--prefix <prefix>',
      'only messages whose key has this prefix',
      z.string().optional(),
    ),
    olderThan: option(
      '--older-than <age>',
      'only messages older than 30s, 15m, 2h or 3d',
      age.optional(),
    ),
    limit: limitOption,
    rate: rateOption,
    dryRun: flag('--dry-run', 'counts, and moves nothing'),
    yes: flag('--yes', 'moves without a question'),
  },
  examples: [
    { line: '--dry-run', what: 'Count the dead letters of the local stack by code' },
    { line: '--code TRANSFORM_FAILED --yes', what: 'After a fix of a transform' },
    { line: '--stack prod --older-than 2h --limit 100 --rate 5', what: 'A careful start' },
  ],
  changesStack: true,
  interrupted: 'Dead letters that were not moved stay in their queue. The same command moves them.',
  output: redriveReportSchema,

  async run({ terminal, signal }, options) {
    const { code, prefix, olderThan, limit, rate, dryRun, yes } = options;
    const stack = await withDeadLetters(await openStack(options));
    const { s3, sqs, processedBucket, queueUrl, deadLetterQueueUrl } = stack;
    const conditions = {
      ...(code && { errorCodes: code }),
      ...(prefix !== undefined && { prefix }),
      ...(olderThan !== undefined && { before: Date.now() - olderThan * 1000 }),
    };
    const filter: RedriveFilter = Object.keys(conditions).length === 0 ? 'all' : conditions;
    const shared = {
      ...{ s3, sqs, processedBucket, queueUrl, deadLetterQueueUrl, signal, filter, limit },
      recipes: stack.settings().recipes,
    };
    const reader = terminal.progress('read', 0);
    const dry = await redriveQueue({
      ...shared,
      dryRun: true,
      onProgress: ({ looked }) => reader.update(looked),
    });
    reader.stop();
    const count = Math.min(dry.matching.messages, limit);
    const result = { ...redriveReport(stack.name, dry, true), dryRun };
    if (dryRun || count === 0 || signal.aborted) return result;
    const question = `Move ${count} dead letters of ${stack.name} back to the queue?`;
    if (!(await terminal.confirm(question, yes))) throw new CommandError('Nothing was moved.');
    const bar = terminal.progress('moved', count);
    const { moved, stoppedBy } = await redriveQueue({
      ...{ ...shared, ratePerSecond: rate },
      onProgress: (progress) => bar.update(progress.moved),
    });
    bar.stop();
    return { ...result, moved, stoppedBy };
  },

  print({ found, matching, moved, dryRun, stoppedBy }, terminal) {
    const codes = Object.keys(found);
    if (codes.length === 0) {
      terminal.line('Nothing to do: there are no dead letters.');
      return;
    }
    terminal.table(
      ['code', 'dead letters', 'matching'],
      codes.map((code) => [code, found[code] ?? 0, matching[code] ?? 0]),
    );
    if (!dryRun) terminal.line(`${moved} moved`);
    if (stoppedBy === 'limit') terminal.note('Stopped by --limit. The same command moves more.');
    if (stoppedBy === 'in-flight')
      terminal.note('SQS allows no more messages in flight. Run again with a narrower condition.');
  },
});

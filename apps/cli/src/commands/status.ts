import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { redrive } from '@darkroom/operations';
import { mayBeRetried, outputKeys, recipeHash, selectRecipe } from '@darkroom/pipeline';
import * as z from 'zod';
import {
  type Activity,
  activitySchema,
  alarmSchema,
  eventSchema,
  queueSchema,
  readActivity,
  readAlarms,
  readEvents,
  readQueue,
} from '../activity.ts';
import { defineCommand, numberOption, option, optional } from '../command.ts';
import { outcomeOf, outcomeSchema, readManifestOf } from '../outcome.ts';
import { openStack, type Stack, stackOptions } from '../stack.ts';
import { formatBytes, formatDuration, printable, type Terminal } from '../terminal.ts';

export const minutesOption = option(
  '--minutes <minutes>',
  'how far back outcomes are counted (default: 15)',
  numberOption('a number of minutes above 0', (n) => n > 0 && n <= 1440).prefault('15'),
);

export const overviewSchema = z.strictObject({
  stack: z.string(),
  queue: queueSchema,
  /** Messages of the dead-letter queue. */
  deadLetters: z.number(),
  minutes: z.number(),
  /** Null if the stack was named by its buckets and queue. */
  activity: activitySchema.nullable(),
  /** Null if the stack has no alarms, as the local one. */
  alarms: z.array(alarmSchema).nullable(),
});

const keySchema = z.strictObject({
  stack: z.string(),
  key: z.string(),
  /** Null if the object does not exist. */
  source: z.strictObject({ eTag: z.string(), bytes: z.number(), modified: z.string() }).nullable(),
  /** Name of the recipe that matches the key. */
  recipe: z.string().nullable(),
  /** What the manifest says; null without a manifest. */
  outcome: outcomeSchema.nullable(),
  /** Whether the manifest is that of the source under the current recipe. */
  current: z.boolean(),
  /** Objects directly in the folder of the outputs. */
  objects: z.array(z.strictObject({ key: z.string(), bytes: z.number() })),
  /** Null if the log is unknown. */
  events: z.array(eventSchema).nullable(),
  /** Messages of the dead-letter queue whose keys begin with the key, by code. */
  deadLetters: z.record(z.string(), z.number()),
  /** One sentence: what to do. */
  advice: z.string(),
});

export const status = defineCommand({
  name: 'status',
  summary: 'shows the queue, outcomes, alarms and dead letters, or all about one key',
  arguments: [optional('key', 'an upload, such as uploads/cat.jpg')],
  options: { ...stackOptions, minutes: minutesOption },
  examples: [
    { line: '', what: 'The local stack' },
    { line: '--stack prod', what: 'A deployed stack' },
    {
      line: 'uploads/cat.jpg',
      what: 'One upload: source, manifest, outputs, events, dead letters',
    },
  ],
  output: z.union([overviewSchema, keySchema]),
  async run({ signal }, { minutes, ...options }, key) {
    const stack = await openStack(options);
    return key === undefined ? overview(stack, minutes) : statusOf(key, stack, signal);
  },
  print(result, terminal) {
    if ('key' in result) printKey(result, terminal);
    else printOverview(result, terminal);
  },
});

export async function overview(
  stack: Stack,
  minutes: number,
): Promise<z.output<typeof overviewSchema>> {
  const [queue, dead, activity, alarms] = await Promise.all([
    readQueue(stack, stack.queueUrl),
    readQueue(stack, stack.deadLetterQueueUrl),
    readActivity(stack, minutes),
    readAlarms(stack),
  ]);
  return {
    stack: stack.name,
    queue,
    deadLetters: dead.waiting + dead.inFlight + dead.delayed,
    minutes,
    activity: activity ?? null,
    alarms: alarms ?? null,
  };
}

export function printOverview(
  { stack, queue, deadLetters, minutes, activity, alarms }: z.output<typeof overviewSchema>,
  terminal: Terminal,
): void {
  const { bold, red, green } = terminal.colours;
  const oldest = activity?.oldestSeconds ?? null;
  terminal.line(bold(`stack ${stack}`));
  terminal.line(
    `  queue         ${queue.waiting} waiting, ${queue.inFlight} in flight, ${queue.delayed} delayed` +
      (oldest === null ? '' : `; the oldest for ${formatDuration(oldest)}`),
  );
  const dead = `${deadLetters} messages`;
  terminal.line(`  dead letters  ${deadLetters > 0 ? red(dead) : dead}`);
  if (activity) {
    terminal.line(`  function      ${activity.running ?? 'unknown'} calls at the same time`);
    terminal.line(`  outcomes      ${formatOutcomes(activity)} in ${minutes} min`);
  }
  if (alarms) {
    const active = alarms.filter(({ state }) => state === 'ALARM');
    terminal.line(
      `  alarms        ${active.length === 0 ? green(`none of ${alarms.length}`) : red(`${active.length} of ${alarms.length}`)}`,
    );
    for (const { name, reason } of active) terminal.line(`    ${red(name)}  ${reason}`);
    if (active.length > 0) terminal.note('docs/runbook.md has a section for each alarm.');
  }
  if (deadLetters > 0)
    terminal.note('`darkroom redrive --dry-run` lists the dead letters by code.');
}

function formatOutcomes({ outcomes }: Activity): string {
  const codes = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  return codes.length === 0 ? 'none' : codes.map(([code, n]) => `${code} ${n}`).join(', ');
}

async function statusOf(
  key: string,
  stack: Stack,
  signal: AbortSignal,
): Promise<z.output<typeof keySchema>> {
  const settings = stack.settings();
  const recipe = selectRecipe(settings.recipes, key);
  const { s3, sqs, queueUrl, deadLetterQueueUrl, processedBucket } = stack;
  const [source, manifest, objects, events, dead] = await Promise.all([
    headOf(key, stack),
    recipe && readManifestOf(key, recipe, stack),
    recipe ? objectsIn(outputKeys(key, recipe).prefix, stack) : [],
    readEvents(stack, key),
    redrive({
      ...{ sqs, s3, queueUrl, deadLetterQueueUrl, processedBucket, signal },
      recipes: settings.recipes,
      filter: { prefix: key },
      dryRun: true,
    }),
  ]);
  const current =
    manifest !== undefined &&
    recipe !== undefined &&
    manifest.source.eTag === source?.eTag &&
    manifest.recipeHash === recipeHash(recipe, settings.limits);
  return {
    stack: stack.name,
    key,
    source: source ?? null,
    recipe: recipe?.name ?? null,
    outcome: manifest ? outcomeOf(key, manifest) : null,
    current,
    objects,
    events: events ?? null,
    deadLetters: Object.fromEntries(dead.matching.byErrorCode),
    advice: adviceFor({
      hasSource: source !== undefined,
      hasRecipe: recipe !== undefined,
      hasManifest: manifest !== undefined,
      current,
      isRejected: manifest?.status === 'rejected',
      retryable: manifest !== undefined && mayBeRetried(manifest),
      hasDeadLetters: dead.matching.messages > 0,
      hasObjects: objects.length > 0,
    }),
  };
}

function adviceFor(facts: Readonly<Record<string, boolean>>): string {
  const { hasSource, hasRecipe, hasManifest, current, isRejected, retryable } = facts;
  if (!hasRecipe) return 'No recipe matches the key: nothing to do.';
  if (!hasSource)
    return facts['hasObjects']
      ? 'The upload is gone and its outputs are left: darkroom apply --prune --prefix KEY'
      : 'There is no such upload.';
  if (facts['hasDeadLetters']) return 'Remove the cause, then: darkroom redrive --prefix KEY';
  if (!hasManifest) return 'No outcome yet. If the queue is empty: darkroom apply --prefix KEY';
  if (!current)
    return 'The outputs are out of date. If the queue is empty: darkroom apply --prefix KEY';
  if (retryable) return 'The same upload may succeed after a fix: darkroom retry KEY';
  if (isRejected) return 'The upload is not usable. Upload another file, or change the recipe.';
  return 'Nothing to do.';
}

async function headOf(key: string, { s3, sourceBucket }: Stack) {
  try {
    const {
      ETag = '',
      ContentLength = 0,
      LastModified = new Date(0),
    } = await s3.send(new HeadObjectCommand({ Bucket: sourceBucket, Key: key }));
    const eTag = ETag.replaceAll('"', '');
    return { eTag, bytes: ContentLength, modified: LastModified.toISOString() };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFound') return undefined;
    throw error;
  }
}

async function objectsIn(folder: string, { s3, processedBucket }: Stack) {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: processedBucket, Prefix: folder, Delimiter: '/' }),
  );
  return Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, bytes: Size }));
}

function printKey(
  {
    stack,
    key,
    source,
    recipe,
    outcome,
    current,
    objects,
    events,
    deadLetters,
    advice,
  }: z.output<typeof keySchema>,
  terminal: Terminal,
): void {
  const { bold, red, green, dim } = terminal.colours;
  terminal.line(`${bold(printable(key))} ${dim(`stack ${stack}`)}`);
  terminal.line(
    `  source        ${source ? `${formatBytes(source.bytes)}, ${source.modified}, ${source.eTag}` : 'does not exist'}`,
  );
  terminal.line(`  recipe        ${recipe ?? 'none matches'}`);
  if (outcome) {
    const { outcome: kind, code, message } = outcome;
    const text = kind === 'done' ? green(kind) : red(`${kind}: ${code}: ${message}`);
    terminal.line(`  manifest      ${text}${current ? '' : ' (out of date)'}`);
  } else terminal.line('  manifest      none');
  for (const object of objects)
    terminal.line(`  output        ${printable(object.key)}  ${formatBytes(object.bytes)}`);
  for (const { time, message, code = '', reason = '' } of events ?? [])
    terminal.line(`  event         ${time} ${message} ${code} ${printable(reason)}`.trimEnd());
  const dead = Object.entries(deadLetters).map(([code, n]) => `${code} ${n}`);
  terminal.line(`  dead letters  ${dead.length === 0 ? 'none' : red(dead.join(', '))}`);
  terminal.line(`  ${advice}`);
}

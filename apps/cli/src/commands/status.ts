import {
  type Activity,
  type Overview,
  overviewSchema,
  readOverview,
  readUploadStatus,
  type UploadStatus,
  uploadStatusSchema,
} from '@darkroom/operations';
import * as z from 'zod';
import { defineCommand, numberOption, option, optional } from '../command.ts';
import {
  openStack,
  openStackWithSettings,
  type Stack,
  stackOptions,
  withDeadLetters,
  type WithDeadLetters,
} from '../stack.ts';
import { formatBytes, formatDuration, printable, type Terminal } from '../terminal.ts';

export const minutesOption = option(
  '--minutes <minutes>',
  'how far back outcomes are counted (default: 15)',
  numberOption('a number of minutes above 0', (n) => n > 0 && n <= 1440).prefault('15'),
);

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
  output: z.union([overviewSchema, uploadStatusSchema]),
  async run({ signal }, { minutes, ...options }, key) {
    if (key === undefined)
      return overview(await withDeadLetters(await openStack(options)), minutes);
    const stack = await withDeadLetters(await openStackWithSettings(options));
    const { readEvents } = await import('../activity.ts');
    return readUploadStatus(stack, key, {
      signal,
      events: () => readEvents(stack, key, signal),
    });
  },
  print(result, terminal) {
    if ('key' in result) printKey(result, terminal);
    else printOverview(result, terminal);
  },
});

export async function overview(stack: WithDeadLetters<Stack>, minutes: number): Promise<Overview> {
  const { readActivity, readAlarms } = await import('../activity.ts');
  const [activity, alarms] = [() => readActivity(stack, minutes), () => readAlarms(stack)];
  return readOverview(stack, minutes, { activity, alarms });
}

export function printOverview(
  { stack, queue, deadLetters, minutes, activity, alarms }: Overview,
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
    const throttled = activity.throttled ? `, ${red(`${activity.throttled} throttled`)}` : '';
    terminal.line(
      `  function      ${activity.running ?? 'unknown'} calls at the same time${throttled}`,
    );
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

function printKey(
  {
    stack,
    key,
    source,
    recipe,
    outcome,
    processed,
    current,
    objects,
    events,
    deadLetters,
    advice,
  }: UploadStatus,
  terminal: Terminal,
): void {
  const { bold, red, green, dim } = terminal.colours;
  terminal.line(`${bold(printable(key))} ${dim(`stack ${stack}`)}`);
  terminal.line(
    `  source        ${source ? `${formatBytes(source.bytes)}, ${source.modified}, ${versionOf(source)}` : 'does not exist'}`,
  );
  terminal.line(`  recipe        ${recipe ?? 'none matches'}`);
  if (outcome) {
    const { outcome: kind, code, message } = outcome;
    const text = kind === 'done' ? green(kind) : red(`${kind}: ${code}: ${message}`);
    terminal.line(`  manifest      ${text}${current ? '' : ' (out of date)'}`);
    if (processed && source && versionOf(processed) !== versionOf(source))
      terminal.line(`                made of another upload: ${versionOf(processed)}`);
  } else terminal.line('  manifest      none');
  for (const object of objects)
    terminal.line(`  output        ${printable(object.key)}  ${formatBytes(object.bytes)}`);
  for (const { time, message, code = '', reason = '' } of events ?? [])
    terminal.line(`  event         ${time} ${message} ${code} ${printable(reason)}`.trimEnd());
  const dead = Object.entries(deadLetters).map(([code, n]) => `${code} ${n}`);
  terminal.line(`  dead letters  ${dead.length === 0 ? 'none' : red(dead.join(', '))}`);
  terminal.line(`  ${advice}`);
}

function versionOf({ versionId, eTag }: { versionId: string | null; eTag: string }): string {
  return versionId === null ? `ETag ${eTag}` : `version ${versionId}`;
}

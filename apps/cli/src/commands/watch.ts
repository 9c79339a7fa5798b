import { setTimeout as delay } from 'node:timers/promises';
import { overviewSchema } from '@darkroom/operations';
import { defineCommand, flag, numberOption, option } from '../command.ts';
import { openStack, stackOptions, withDeadLetters } from '../stack.ts';
import { minutesOption, overview, printOverview } from './status.ts';

export const watch = defineCommand({
  name: 'watch',
  summary: 'shows the status again and again',
  arguments: [],
  options: {
    ...stackOptions,
    minutes: minutesOption,
    interval: option(
      '--interval <seconds>',
      'time between two readings (default: 2)',
      numberOption('a number of seconds from 0.1', (n) => n >= 0.1 && n < Infinity).prefault('2'),
    ),
    untilIdle: flag('--until-idle', 'ends when the queue is empty and no message is in flight'),
  },
  examples: [
    { line: '', what: 'The local stack, until Ctrl-C' },
    { line: '--stack prod --until-idle', what: 'A deployed stack, until its queue is empty' },
  ],
  output: overviewSchema,
  async *run({ terminal, signal }, { minutes, interval, untilIdle, ...options }) {
    const stack = await withDeadLetters(await openStack(options));
    while (!signal.aborted) {
      const now = await overview(stack, minutes);
      // The cursor goes home, and the rest of the screen is cleared: no flicker.
      if (terminal.isInteractive) terminal.write('\u001B[H\u001B[J');
      yield now;
      const { waiting, inFlight, delayed } = now.queue;
      if (untilIdle && waiting + inFlight + delayed === 0) return;
      await delay(interval * 1000, undefined, { signal }).catch(() => undefined);
    }
  },
  print: printOverview,
});

import { Command, Option } from 'commander';
import { atLeast, integerFrom, printProgress } from '../command-line.ts';
import { setRow } from '../reliability-document.ts';
import { describeViolation } from '../testbed/check-buckets.ts';
import { soakProblems } from './soak-limits.ts';
import { runSoak, type SoakFigures } from './soak.ts';

interface Options {
  readonly minutes: number;
  readonly uploads?: number;
  readonly burst: number;
  readonly flood: number;
  readonly write?: true;
}

export const soakCommand = new Command('soak')
  .option('--minutes <number>', 'length of the steady load', atLeast(0.1), 15)
  .addOption(
    new Option('--uploads <number>', 'length of the steady load as a number of uploads')
      .argParser(integerFrom(100))
      .conflicts('minutes'),
  )
  .option('--burst <number>', 'messages of the burst', integerFrom(100), 5000)
  .option('--flood <number>', 'valid uploads of the flood', integerFrom(20), 500)
  .option('--write', 'write the figures to docs/reliability.md')
  .action(async ({ minutes, uploads, write, ...options }: Options) => {
    const length = uploads === undefined ? { minutes } : { uploads };
    const { figures, violations } = await runSoak({
      ...{ ...options, length },
      onProgress: printProgress,
    });
    console.log(describeSoak(figures));
    const problems = [...soakProblems(figures), ...violations.map(describeViolation)];
    if (problems.length > 0) {
      console.error(problems.join('\n'));
      process.exitCode = 1;
    } else if (write) {
      for (const [name, value] of rows(figures)) await setRow('soak', name, [value]);
    }
  });

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** Names of the figures with their units, and their values. */
function rows({ steady, burst, flood, deadLetters }: SoakFigures): [string, string][] {
  const figures: readonly (readonly [string, number])[] = [
    ['minutes under steady load', steady.minutes],
    ['uploads in these minutes', steady.uploads],
    ['growth of the function, MiB per 1,000 uploads', steady.functionGrowth],
    ['growth of the stack, MiB per 1,000 uploads', steady.stackGrowth],
    ['memory of the function at the end, MiB', steady.functionMiB],
    ['memory of the stack at the end, MiB', steady.stackMiB],
    ['throughput, second half by first half', steady.throughputRatio],
    ['file descriptors gained', steady.filesGained],
    ['connections gained', steady.connectionsGained],
    ['seconds until the queue was empty', steady.drainSeconds],
    ['messages of the burst', burst.messages],
    ['seconds until they were processed', burst.seconds],
    ['valid uploads per second, alone', flood.validAlone],
    ['valid uploads per second, with as many corrupt ones', flood.validInFlood],
    ['the second by the first', flood.ratio],
    ['dead letters', deadLetters],
  ];
  return figures.map(([name, value]) => [name, number.format(value)]);
}

export function describeSoak(figures: SoakFigures): string {
  return rows(figures)
    .map(([name, value]) => `${name.padEnd(54)} ${value}`)
    .join('\n');
}

import { Command } from 'commander';
import { atLeast, integerFrom, printProgress, randomSeed } from '../command-line.ts';
import { FAULTS } from '../fault-proxy/faults.ts';
import { setRow } from '../reliability-document.ts';
import { describeViolation } from '../testbed/check-buckets.ts';
import { runChaos, type ChaosFigures, type ChaosOptions, type ChaosResult } from './chaos.ts';

export const chaosCommand = new Command('chaos')
  .option('--operations <number>', 'uploads, overwrites and deletes', integerFrom(1), 3000)
  .option('--kills <number>', 'kills of a function process or the stack', integerFrom(0), 100)
  .option('--seed <number>', 'repeats the run of this seed (default: a random one)', integerFrom(0))
  .option('--fault-rate <share>', 'share of S3 requests with a fault', atLeast(0, 0.5), 0.02)
  .option('--write', 'write the figures to docs/reliability.md')
  .action(
    async ({
      write,
      seed = randomSeed(),
      ...options
    }: Omit<ChaosOptions, 'seed'> & { seed?: number; write?: true }) => {
      console.log(`Seed ${seed}`);
      const result = await runChaos({ ...options, seed, onProgress: printProgress });
      console.log(describeFigures(result.figures));
      if (result.violations.length > 0) {
        console.error(describeViolations(result));
        process.exitCode = 1;
      } else if (write) {
        await writeRow(result.figures);
      }
    },
  );

const number = new Intl.NumberFormat('en');

function describeFigures(figures: ChaosFigures): string {
  const { faults, ...rest } = figures;
  return [
    ...Object.entries(rest).map(([name, value]) => `${name.padEnd(16)} ${number.format(value)}`),
    ...FAULTS.map((fault) => `  ${fault.padEnd(20)} ${number.format(faults[fault] ?? 0)}`),
  ].join('\n');
}

/** Describes the violations, with the command that repeats the run and the requests about each key. */
export function describeViolations({ figures, violations, requests }: ChaosResult): string {
  const { seed, operations, functionKills, stackKills, faultRate } = figures;
  return [
    `${violations.length} violations. To repeat: npm run lab -- chaos --seed ${seed} --operations ${operations} --kills ${functionKills + stackKills} --fault-rate ${faultRate}`,
    ...violations.flatMap((violation) => [
      describeViolation(violation),
      ...(requests.get(violation.key) ?? []).map((line) => `    ${line}`),
    ]),
  ].join('\n');
}

/** Writes one row of the table for each seed. A run with the same seed replaces its row. */
async function writeRow(figures: ChaosFigures): Promise<void> {
  const { seed, operations, functionKills, stackKills, requests, faults } = figures;
  const cells = [
    operations,
    functionKills,
    stackKills,
    requests,
    Object.values(faults).reduce((sum, count) => sum + count, 0),
    Object.keys(faults).length,
    figures.deadLetters,
    figures.redriven,
    figures.violations,
    figures.seconds,
  ];
  await setRow(
    'chaos',
    String(seed),
    cells.map((cell) => number.format(cell)),
  );
}

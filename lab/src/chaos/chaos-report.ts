import type { ChaosResult } from './chaos.ts';
import type { Violation } from '../testbed/violation.ts';
import { keepRow } from '../reliability-document.ts';
import { FAULTS } from '../fault-proxy/faults.ts';
import type { ChaosFigures } from './chaos-figures.ts';

const number = new Intl.NumberFormat('en');

export function describeChaos(figures: ChaosFigures): string {
  const { faults, ...rest } = figures;
  return [
    ...Object.entries(rest).map(([name, value]) => `${name.padEnd(16)} ${number.format(value)}`),
    ...FAULTS.map((fault) => `  ${fault.padEnd(20)} ${number.format(faults[fault] ?? 0)}`),
  ].join('\n');
}

export function describeViolation({ kind, key, detail }: Violation): string {
  return `${kind}: ${key}\n  ${detail}`;
}

/** With the command that repeats the run, and what went through the proxy for each key. */
export function describeViolations({ figures, violations, stories }: ChaosResult): string {
  const { seed, operations, functionKills, stackKills, faultRate } = figures;
  return [
    `${violations.length} violations. Again: npm run chaos -- --seed ${seed} --operations ${operations} --kills ${functionKills + stackKills} --fault-rate ${faultRate}`,
    ...violations.flatMap((violation) => [
      describeViolation(violation),
      ...(stories.get(violation.key) ?? []).map((line) => `    ${line}`),
    ]),
  ].join('\n');
}

/** One row of the table for each seed; a run with the same seed replaces its row. */
export async function writeChaos(figures: ChaosFigures): Promise<void> {
  const { seed, operations, functionKills, stackKills, requests, faults } = figures;
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const cells = [
    operations,
    functionKills,
    stackKills,
    requests,
    injected,
    Object.keys(faults).length,
    figures.deadLetters,
    figures.redriven,
    figures.violations,
    figures.seconds,
  ];
  await keepRow(
    'chaos',
    String(seed),
    cells.map((cell) => number.format(cell)),
  );
}

import { keepRow } from '../reliability-document.ts';
import type { SoakFigures } from './soak.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** Figures by what they are, with their units. */
function rows({ steady, burst, flood }: SoakFigures): readonly (readonly [string, string])[] {
  const format = (value: number) => number.format(value);
  return [
    ['minutes under load', format(steady.minutes)],
    ['uploads in them', format(steady.uploads)],
    ["slope of the function's resident memory, MiB a minute", format(steady.functionGrowth)],
    ["slope of the stack's resident memory, MiB a minute", format(steady.stackGrowth)],
    ["the function's resident memory in the end, MiB", format(steady.functionMiB)],
    ["the stack's resident memory in the end, MiB", format(steady.stackMiB)],
    ['throughput, second half by first half', format(steady.throughputRatio)],
    ['file descriptors gained', format(steady.filesGained)],
    ['seconds until the queue was empty', format(steady.drainSeconds)],
    ['messages of the burst', format(burst.messages)],
    ['seconds until they were worked off', format(burst.seconds)],
    ['good uploads a second, alone', format(flood.goodAlone)],
    ['good uploads a second, with as many corrupt ones', format(flood.goodInFlood)],
    ['the second by the first', format(flood.share)],
  ];
}

export function describeSoak(figures: SoakFigures): string {
  return rows(figures)
    .map(([name, value]) => `${name.padEnd(54)} ${value}`)
    .join('\n');
}

export async function writeSoak(figures: SoakFigures): Promise<void> {
  for (const [name, value] of rows(figures)) await keepRow('soak', name, [value]);
}

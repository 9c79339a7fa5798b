import { appendFile } from 'node:fs/promises';
import { Command } from 'commander';
import { atLeast, integerFrom } from '../command-line.ts';
import { setRow } from '../reliability-document.ts';
import { FAMILIES, type Quantity } from './families.ts';
import { measureOrdinary, median, type OrdinaryFile } from './ordinary.ts';
import { exceeds, searchFamily, type FamilyResult } from './search.ts';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly only?: string;
  readonly out?: string;
  readonly write?: true;
  readonly ordinary?: string;
}

export const worstCaseCommand = new Command('worst-case')
  .description('search for files whose decode uses the most of its estimate')
  .option('--minutes <number>', 'length of the search, all families together', atLeast(0.1), 60)
  .option('--seed <number>', 'seed of the search', integerFrom(0), 1)
  .option('--only <text>', 'families whose names contain this')
  .option('--out <file>', 'append one line of JSON for each file')
  .option('--write', 'write the figures to docs/reliability.md')
  .option('--ordinary <folder>', 'compare the estimates of ordinary files instead')
  .action(async ({ minutes, seed, only = '', out, write, ordinary }: Options) => {
    if (ordinary !== undefined) return compareOrdinary(ordinary, write);
    const families = FAMILIES.filter(({ name }) => name.includes(only));
    const share = (minutes * 60_000) / families.length;
    let isBeyond = false;
    for (const family of families) {
      const end = Date.now() + share;
      const result = await searchFamily(family, {
        seed,
        goOn: () => Date.now() < end,
        onTrial: (_family, trial) => {
          if (out) void appendFile(out, `${JSON.stringify({ family: family.name, ...trial })}\n`);
          if (!exceeds(trial)) return;
          isBeyond = true;
          console.error(`beyond the bounds: ${family.name} ${JSON.stringify(trial)}`);
        },
      });
      const cells = cellsOf(result);
      console.log([family.name, ...cells].join('  '));
      for (const worst of Object.values(result.worst)) console.log(`  ${JSON.stringify(worst)}`);
      if (write) await setRow('worst-case', family.name, cells);
    }
    if (isBeyond) process.exitCode = 1;
  });

/** Prints, for each format, how much more was estimated than used, in the median. */
async function compareOrdinary(folder: string, write: true | undefined): Promise<void> {
  const formats = new Map<string, OrdinaryFile[]>();
  for await (const one of measureOrdinary(folder)) {
    console.log(JSON.stringify(one));
    for (const format of [one.format, 'all'])
      formats.set(format, [...(formats.get(format) ?? []), one]);
  }
  for (const [format, files] of formats) {
    const ratio = (quantity: Quantity) =>
      median(files.map((file) => file.ratio[quantity])).toFixed(2);
    const uploads = median(files.map(({ uploadMemory }) => uploadMemory)).toFixed(2);
    const cells = [String(files.length), ratio('cpuSeconds'), ratio('memory'), uploads];
    console.log([format, ...cells].join('  '));
    if (write) await setRow('ordinary', format, cells);
  }
}

function cellsOf({ files, skipped, worst }: FamilyResult): string[] {
  const ratio = (quantity: Quantity) => (worst[quantity]?.ratio[quantity] ?? 0).toFixed(2);
  return [String(files - skipped), ratio('cpuSeconds'), ratio('memory')];
}

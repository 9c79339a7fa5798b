import { Command } from 'commander';
import { integerFrom } from '../command-line.ts';
import { setRow } from '../reliability-document.ts';
import { HOSTILE_UPLOADS } from './hostile-uploads.ts';
import { measureNeighbours, type NeighboursFigures } from './neighbours.ts';

interface Options {
  readonly only?: string;
  readonly bursts: number;
  readonly write?: true;
}

export const neighboursCommand = new Command('neighbours')
  .description('ordinary uploads among hostile ones finish in time')
  .option('--only <text>', 'hostile uploads whose names contain this')
  .option(
    '--bursts <number>',
    'bursts of each kind, of which the fastest counts',
    integerFrom(1),
    3,
  )
  .option('--write', 'write the figures to docs/reliability.md')
  .action(async ({ only = '', bursts, write }: Options) => {
    const uploads = HOSTILE_UPLOADS.filter(({ name }) => name.includes(only));
    await measureNeighbours({
      ...{ uploads, bursts },
      onRow: async (row) => {
        console.log([row.name, ...cells(row)].join('  '));
        if (write) await setRow('neighbours', row.name, cells(row));
      },
    });
  });

const seconds = (value: number) => value.toFixed(1);

function cells({ bytes, hostile, alone, amongHostile, isolated }: NeighboursFigures): string[] {
  return [
    new Intl.NumberFormat('en').format(bytes),
    [...new Set(hostile)].join(', '),
    isolated ? 'yes' : 'no',
    `${seconds(alone.median)} / ${seconds(alone.worst)}`,
    `${seconds(amongHostile.median)} / ${seconds(amongHostile.worst)}`,
    (amongHostile.worst / alone.worst).toFixed(2),
  ];
}

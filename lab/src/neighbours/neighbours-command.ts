import { Command } from 'commander';
import { setRow } from '../reliability-document.ts';
import { HOSTILE_UPLOADS } from './hostile-uploads.ts';
import { measureNeighbours, type NeighboursFigures } from './neighbours.ts';

export const neighboursCommand = new Command('neighbours')
  .description('ordinary uploads among hostile ones finish in time')
  .option('--only <text>', 'hostile uploads whose names contain this')
  .option('--write', 'write the figures to docs/reliability.md')
  .action(async ({ only = '', write }: { only?: string; write?: true }) => {
    const wanted = HOSTILE_UPLOADS.filter(({ name }) => name.includes(only));
    const rows = await measureNeighbours(wanted, (row) =>
      console.log([row.name, ...cells(row)].join('  ')),
    );
    if (write) for (const row of rows) await setRow('neighbours', row.name, cells(row));
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

/** What `upload` and `retry` share: they wait for the outcomes of uploads. */
import type { Outcome } from '@darkroom/operations';
import { numberOption, option } from './command.ts';
import { printable, type Terminal } from './terminal.ts';

export const waitOption = option(
  '--wait <seconds>',
  'longest time to wait for outcomes after the last upload was sent (default: 600)',
  numberOption('a number of seconds from 0', (n) => n >= 0).prefault('600'),
);

/** One line: the outcome in its colour, the key, and the reason or the number of outputs. */
export function printOutcome(outcome: Outcome, terminal: Terminal, more = ''): void {
  const { green, red, yellow } = terminal.colours;
  const colour = { done: green, rejected: red, unfinished: yellow, 'no-recipe': yellow };
  const { key, outcome: kind, outputs, code, message = '' } = outcome;
  const result =
    code === undefined ? `${outputs.length} outputs` : `${code}: ${printable(message)}`;
  const parts = [colour[kind](kind.padEnd(10)), ` ${printable(key)}`, more, result];
  terminal.line(parts.filter((part) => part !== '').join('  '));
}

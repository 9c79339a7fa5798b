import type { FuzzFigures } from './index-pictures.ts';
import { keepRow } from '../reliability-document.ts';
import type { EventFigures } from './fuzz-messages.ts';

const number = new Intl.NumberFormat('en');
const CODES = ['DONE', 'CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'TOO_LARGE'] as const;

/** One row of the table for each seed; a run with the same seed replaces its row. */
export async function writeFuzz(
  seed: number,
  minutes: number,
  pictures: FuzzFigures,
  events: EventFigures,
): Promise<void> {
  const cells = [
    minutes,
    pictures.cases,
    ...CODES.map((code) => pictures.outcomes[code] ?? 0),
    events.cases,
    pictures.findings.length + (events.finding ? 1 : 0),
    Math.round(pictures.slowestMilliseconds),
    Math.round(pictures.grownMiB),
  ];
  await keepRow(
    'fuzz',
    String(seed),
    cells.map((cell) => number.format(cell)),
  );
}

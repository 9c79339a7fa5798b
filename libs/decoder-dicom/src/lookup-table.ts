import { type Attributes, type Keyword, shortsOf, type Value } from './attributes.ts';
import { DicomError } from './dicom-error.ts';

/** A table of levels (PS3.3, C.11.1 and C.7.6.3.1.5). */
export interface LookupTable {
  /** The value of the first entry; lower values have its level, and higher ones than the last that of the last. */
  readonly first: number;
  /** Of an entry. */
  readonly bits: number;
  readonly entries: readonly number[];
}

interface Source {
  readonly descriptor: Keyword;
  readonly data: Keyword;
  /** The table in segments, instead of the data. */
  readonly segments?: Keyword;
  /** Whether the table's values are, if its own type does not say it. */
  readonly signed: boolean;
}

/** @throws DicomError */
export function lookupTable(
  attributes: Attributes,
  { descriptor, data, segments, signed }: Source,
): LookupTable {
  const described = attributes.get(descriptor);
  const [count, start, bits] = shortsOf(described);
  const value = attributes.get(data);
  const inSegments = segments && attributes.get(segments);
  if (count === undefined || start === undefined || bits === undefined || !(value ?? inSegments)) {
    const name = data.startsWith('LUT') ? 'a lookup table' : 'its palette';
    throw new DicomError('CORRUPT_IMAGE', `${name} is incomplete`);
  }
  const length = count === 0 ? 65_536 : count;
  const isSigned = described?.vr === 'SS' || (described?.vr !== 'US' && signed);
  const first = isSigned && start > 32_767 ? start - 65_536 : start;
  if (bits < 1 || bits > 16) {
    throw new DicomError('CORRUPT_IMAGE', `a lookup table has entries of ${bits} bits`);
  }
  const entries = value
    ? storedEntries(value, bits, length)
    : inSegments
      ? expanded(inSegments, bits, length)
      : [];
  if (entries.length < length) {
    throw new DicomError(
      'CORRUPT_IMAGE',
      `a lookup table of ${length} entries has ${entries.length} only`,
    );
  }
  return { first, bits, entries: entries.slice(0, length) };
}

const bytesOfValue = ({ source, start, end }: Value) => [...source.subarray(start, end)];

function storedEntries(value: Value, bits: number, length: number): number[] {
  // Entries of 8 bits may be packed into words.
  const isPacked = bits <= 8 && value.end - value.start < 2 * length;
  return isPacked ? bytesOfValue(value) : [...shortsOf(value)];
}

/** PS3.3, C.7.9.2: entries, a line to an entry, or a copy of earlier segments. */
const SEGMENT = { discrete: 0, linear: 1, indirect: 2 };

/** @param most entries: a few bytes can expand to many */
function expanded(value: Value, bits: number, most: number): number[] {
  const damaged = (): never => {
    throw new DicomError('CORRUPT_IMAGE', 'its palette has damaged segments');
  };
  const isByte = bits <= 8;
  const words = isByte ? bytesOfValue(value) : [...shortsOf(value)];
  const word = (at: number) => words[at] ?? damaged();
  const entries: number[] = [];
  const expand = (from: number, segments: number, mayCopy: boolean) => {
    if (from >= words.length) damaged();
    let at = from;
    // A byte may follow that fills the value up.
    for (
      let left = segments;
      left > 0 && at + 1 < words.length && entries.length < most;
      left -= 1
    ) {
      const [kind, length] = [word(at), word(at + 1)];
      const count = Math.min(length, most - entries.length);
      at += 2;
      if (length === 0) damaged();
      if (kind === SEGMENT.discrete) {
        for (let index = 0; index < count; index += 1) entries.push(word(at + index));
        at += length;
      } else if (kind === SEGMENT.linear) {
        const [start, end] = [entries.at(-1) ?? damaged(), word(at)];
        for (let index = 1; index <= count; index += 1) {
          entries.push(Math.round(start + ((end - start) * index) / length));
        }
        at += 1;
      } else if (kind === SEGMENT.indirect && mayCopy) {
        // The offset counts bytes, its lower half comes first.
        const parts = [0, 1, 2, 3].slice(0, isByte ? 4 : 2).map((index) => word(at + index));
        const offset = parts.reduceRight((sum, part) => sum * (isByte ? 256 : 65_536) + part, 0);
        expand(isByte ? offset : offset / 2, length, false);
        at += parts.length;
      } else {
        damaged();
      }
    }
  };
  expand(0, Infinity, true);
  return entries;
}

export function entryOf({ first, entries }: LookupTable, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, value - first))] ?? 0;
}

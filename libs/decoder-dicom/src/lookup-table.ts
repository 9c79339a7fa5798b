import { type Attributes, type Keyword, shortsOf } from './attributes.ts';
import { DicomError } from './dicom-error.ts';

/** A table of levels (PS3.3, C.11.1 and C.7.6.3.1.5). */
export interface LookupTable {
  /** The value of the first entry; lower values have its level, and higher ones than the last that of the last. */
  readonly first: number;
  /** Of an entry. */
  readonly bits: number;
  readonly entries: readonly number[];
}

/**
 * @param signed whether the table's values are, if its own type does not say it
 * @throws DicomError
 */
export function lookupTable(
  attributes: Attributes,
  { descriptor, data, signed }: { descriptor: Keyword; data: Keyword; signed: boolean },
): LookupTable {
  const described = attributes.get(descriptor);
  const [count, start, bits] = shortsOf(described);
  const value = attributes.get(data);
  if (count === undefined || start === undefined || bits === undefined || !value) {
    const name = data.startsWith('LUT') ? 'a lookup table' : 'its palette';
    const code = value ? 'CORRUPT_IMAGE' : 'UNSUPPORTED_FORMAT';
    throw new DicomError(code, `${name} is incomplete, or in segments`);
  }
  const length = count === 0 ? 65_536 : count;
  const isSigned = described?.vr === 'SS' || (described?.vr !== 'US' && signed);
  const first = isSigned && start > 32_767 ? start - 65_536 : start;
  if (bits < 1 || bits > 16) {
    throw new DicomError('CORRUPT_IMAGE', `a lookup table has entries of ${bits} bits`);
  }
  const bytes = value.end - value.start;
  // Entries of 8 bits may be packed into words.
  const isPacked = bits <= 8 && bytes < 2 * length;
  const entries = isPacked
    ? [...value.source.subarray(value.start, value.end)]
    : [...shortsOf(value)];
  if (entries.length < length) {
    throw new DicomError(
      'CORRUPT_IMAGE',
      `a lookup table of ${length} entries has ${entries.length} only`,
    );
  }
  return { first, bits, entries: entries.slice(0, length) };
}

export function entryOf({ first, entries }: LookupTable, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, value - first))] ?? 0;
}

import { type Coding, IMPLICIT } from './attributes.ts';
import { DicomError } from './dicom-error.ts';

/** How the pixels are compressed. */
export type Compression =
  'none' | 'rle' | 'jpeg' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

export interface TransferSyntax extends Coding {
  readonly compression: Compression;
  readonly deflated?: true;
}

const EXPLICIT: Coding = { explicit: true, littleEndian: true };
const compressed = (compression: Compression): TransferSyntax => ({ ...EXPLICIT, compression });

/** PS3.6, annex A; all begin with 1.2.840.10008.1.2. */
const SYNTAXES: Readonly<Record<string, TransferSyntax>> = {
  '': { ...IMPLICIT, compression: 'none' },
  '.1': { ...EXPLICIT, compression: 'none' },
  '.1.99': { ...EXPLICIT, compression: 'none', deflated: true },
  '.2': { explicit: true, littleEndian: false, compression: 'none' },
  '.4.50': compressed('jpeg'),
  '.4.51': compressed('jpeg'),
  '.4.57': compressed('jpeg-lossless'),
  '.4.70': compressed('jpeg-lossless'),
  '.4.80': compressed('jpeg-ls'),
  '.4.81': compressed('jpeg-ls'),
  '.4.90': compressed('jpeg-2000'),
  '.4.91': compressed('jpeg-2000'),
  '.4.201': compressed('htj2k'),
  '.4.202': compressed('htj2k'),
  '.4.203': compressed('htj2k'),
  '.5': compressed('rle'),
};

/** Names for messages. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^\.4\.10[0-9]/, 'video'],
  [/^\.4\.20[45]/, 'JPIP'],
  [/^\.4\.11[0-2]/, 'JPEG XL'],
  [/^\.4\.9[2-5]/, 'JPEG 2000 of several components, or JPIP'],
];

const ROOT = '1.2.840.10008.1.2';

/** @throws DicomError */
export function transferSyntaxOf(uid: string): TransferSyntax {
  const rest = uid.startsWith(ROOT) ? uid.slice(ROOT.length) : undefined;
  const syntax = rest === undefined ? undefined : SYNTAXES[rest];
  if (syntax) return syntax;
  const name = OTHERS.find(([pattern]) => rest !== undefined && pattern.test(rest))?.[1];
  throw new DicomError(
    'UNSUPPORTED_FORMAT',
    `its transfer syntax is not supported${name ? `: ${name}` : ''}`,
  );
}

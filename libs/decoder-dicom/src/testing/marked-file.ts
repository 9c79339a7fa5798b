import { ALLOWED } from '../attributes.ts';
import { attribute, dicomFile, fragments, item, openSequence, SYNTAX } from './dicom-writer.ts';

/** A value that no reader needs to know, such as a name. */
export const MARKER = 'Marker^24';
const text = (tag: number, vr = 'LO') => attribute(tag, vr, MARKER);
/** Every kind of attribute, also some of the allowed ones. */
const attributes = [
  text(0x0008_0080),
  text(0x0008_103e),
  openSequence(
    0x0008_1140,
    Buffer.concat([text(0x0008_1155, 'UI'), openSequence(0x0008_1199, text(0x0008_0104))]),
  ),
  attribute(0x0009_0010, 'LO', MARKER),
  attribute(0x0009_1001, 'UN', Buffer.from(MARKER)),
  attribute(0x0009_1002, 'UN', Buffer.from(MARKER)),
  text(0x0010_0010, 'PN'),
  text(0x0010_0020),
  text(0x0010_4000, 'LT'),
  text(0x0020_4000, 'LT'),
  text(ALLOWED.WindowCenter, 'DS'),
  attribute(0x0028_1055, 'LO', MARKER),
  attribute(0x0028_2000, 'OB', Buffer.from(MARKER.repeat(20))),
  attribute(0x0040_0275, 'SQ', item(text(0x0040_0007))),
  text(0x0040_a160, 'UT'),
  text(0x4008_0114, 'PN'),
  text(0x6000_1500),
  attribute(0x6000_3000, 'OW', Buffer.from(MARKER)),
  attribute(0xfffa_fffa, 'SQ', item(text(0x0400_0120, 'UT'))),
  attribute(0xfffc_fffc, 'OB', Buffer.from(MARKER)),
];
const meta = Buffer.concat([
  text(0x0002_0013, 'SH'),
  text(0x0002_0016, 'AE'),
  text(0x0002_0100, 'UI'),
  attribute(0x0002_0102, 'OB', Buffer.from(MARKER)),
]);
const preamble = Buffer.alloc(128, MARKER);
const tagOf = (one: Buffer) => one.readUInt16LE(0) * 65_536 + one.readUInt16LE(2);
const added = Object.fromEntries(attributes.map((one) => [tagOf(one), one]));
/** A picture whose attributes hold the marker: every kind of them, the preamble and the file meta header. */
export function markedFile(
  changes: Readonly<Record<number, Buffer>> = {},
  syntax = SYNTAX.explicit,
): Buffer {
  return dicomFile({ ...added, ...changes }, { syntax, preamble, meta });
}

/** Files that are rejected, with the marker in place of what is named. */
export function badMarkedFiles(): [place: string, file: Buffer][] {
  return [
    ['a transfer syntax', markedFile({}, MARKER)],
    [
      'the photometric interpretation',
      markedFile({
        [ALLOWED.PhotometricInterpretation]: text(ALLOWED.PhotometricInterpretation, 'CS'),
      }),
    ],
    [
      'the number of frames',
      markedFile({ [ALLOWED.NumberOfFrames]: text(ALLOWED.NumberOfFrames, 'IS') }),
    ],
    ['the slope', markedFile({ [ALLOWED.RescaleSlope]: text(ALLOWED.RescaleSlope, 'DS') })],
    [
      'run lengths',
      markedFile({ [ALLOWED.PixelData]: fragments(Buffer.from(MARKER.repeat(10))) }, SYNTAX.rle),
    ],
    [
      'a JPEG',
      markedFile({ [ALLOWED.PixelData]: fragments(Buffer.from(MARKER.repeat(10))) }, SYNTAX.jpeg),
    ],
    [
      'a JPEG 2000',
      markedFile(
        { [ALLOWED.PixelData]: fragments(Buffer.from(MARKER.repeat(10))) },
        SYNTAX.jpeg2000,
      ),
    ],
    ['no meta header', Buffer.concat([text(0x0008_0005, 'CS'), ...attributes])],
  ];
}

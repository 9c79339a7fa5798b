type Content = string | number | readonly number[] | Uint8Array;

const LONG = new Set(['OB', 'OW', 'SQ', 'UN', 'UT']);

function contentOf(vr: string, content: Content): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content);
  if (typeof content === 'string') return Buffer.from(content, 'latin1');
  const bytes = vr === 'UL' ? 4 : 2;
  const numbers = typeof content === 'number' ? [content] : content;
  const buffer = Buffer.alloc(numbers.length * bytes);
  numbers.forEach((value, index) => buffer.writeUIntLE(value, index * bytes, bytes));
  return buffer;
}

/** An attribute in explicit little endian. @param length instead of that of the content */
export function attribute(tag: number, vr: string, content: Content, length?: number): Buffer {
  const value = contentOf(vr, content);
  const padded =
    value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(LONG.has(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (LONG.has(vr)) head.writeUInt32LE(length ?? padded.length, 8);
  else head.writeUInt16LE(length ?? padded.length, 6);
  return Buffer.concat([head, padded]);
}

const delimiter = (element: number, length: number) => {
  const buffer = Buffer.alloc(8);
  buffer.writeUInt16LE(0xfffe, 0);
  buffer.writeUInt16LE(element, 2);
  buffer.writeUInt32LE(length, 4);
  return buffer;
};

export function item(content: Uint8Array): Buffer {
  return Buffer.concat([delimiter(0xe000, content.length), content]);
}

/** A sequence of one item, both of undefined length. */
export function openSequence(tag: number, content: Uint8Array): Buffer {
  const [start, end] = [delimiter(0xe000, 0xffff_ffff), delimiter(0xe00d, 0)];
  return attribute(
    tag,
    'SQ',
    Buffer.concat([start, content, end, delimiter(0xe0dd, 0)]),
    0xffff_ffff,
  );
}

/** Pixel data in fragments, with an empty table of offsets. */
export function fragments(...parts: readonly Uint8Array[]): Buffer {
  const items = [Buffer.alloc(0), ...parts].map(item);
  return attribute(0x7fe0_0010, 'OB', Buffer.concat([...items, delimiter(0xe0dd, 0)]), 0xffff_ffff);
}

export const SYNTAX = {
  explicit: '1.2.840.10008.1.2.1',
  rle: '1.2.840.10008.1.2.5',
  jpeg: '1.2.840.10008.1.2.4.50',
  jpeg2000: '1.2.840.10008.1.2.4.90',
};

/** A file of 4×2 grey pixels of 8 bits. `changes` replace attributes, or add some, by their tags. */
export function dicomFile(
  changes: Readonly<Record<number, Buffer>> = {},
  { syntax = SYNTAX.explicit, preamble = Buffer.alloc(128), meta = Buffer.alloc(0) } = {},
): Buffer {
  const attributes: Readonly<Record<number, Buffer>> = {
    0x0028_0002: attribute(0x0028_0002, 'US', 1),
    0x0028_0004: attribute(0x0028_0004, 'CS', 'MONOCHROME2'),
    0x0028_0010: attribute(0x0028_0010, 'US', 2),
    0x0028_0011: attribute(0x0028_0011, 'US', 4),
    0x0028_0100: attribute(0x0028_0100, 'US', 8),
    0x0028_0101: attribute(0x0028_0101, 'US', 8),
    0x0028_0102: attribute(0x0028_0102, 'US', 7),
    0x0028_0103: attribute(0x0028_0103, 'US', 0),
    0x7fe0_0010: attribute(0x7fe0_0010, 'OB', Buffer.from([0, 30, 60, 90, 120, 150, 180, 210])),
    ...changes,
  };
  const sorted = Object.entries(attributes).sort(([a], [b]) => Number(a) - Number(b));
  const head = attribute(0x0002_0010, 'UI', syntax);
  return Buffer.concat([
    ...(preamble.length > 0 ? [preamble, Buffer.from('DICM')] : []),
    attribute(0x0002_0000, 'UL', head.length + meta.length),
    head,
    meta,
    ...sorted.map(([, one]) => one),
  ]);
}

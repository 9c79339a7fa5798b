import { describe, expect, test } from 'vitest';
import { ISO_NAME, readGainMapMetadata } from './gain-map-metadata.ts';
import { APP1, APP2 } from './jpeg-segments.ts';

/** A JPEG that has a header only. */
function jpegWith(marker: number, content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length + 2);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, marker]),
    length,
    content,
    Buffer.from([0xff, 0xda, 0, 2, 0xff, 0xd9]),
  ]);
}

const withXmp = (attributes: string, elements = '') =>
  jpegWith(
    APP1,
    Buffer.from(
      `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" ${attributes}>${elements}</rdf:Description></rdf:RDF></x:xmpmeta>`,
    ),
  );

/** Numbers as the binary form has them, one denominator for all. */
function withIso(flags: number, numerators: readonly number[], denominator = 100): Buffer {
  const head = Buffer.from([0, 0, 0, 0, flags | 0x08]);
  const numbers = Buffer.alloc(4 * (numerators.length + 1));
  [denominator, ...numerators].forEach((value, index) => numbers.writeInt32BE(value, 4 * index));
  return jpegWith(APP2, Buffer.concat([Buffer.from(ISO_NAME), head, numbers]));
}

describe('XMP', () => {
  test('has one value for all channels, and defaults', async () => {
    const picture = withXmp('hdrgm:GainMapMax="2.5" hdrgm:HDRCapacityMax="3"');
    expect((await readGainMapMetadata(picture))?.metadata).toEqual({
      gainMapMin: [0, 0, 0],
      gainMapMax: [2.5, 2.5, 2.5],
      gamma: [1, 1, 1],
      offsetSdr: [1 / 64, 1 / 64, 1 / 64],
      offsetHdr: [1 / 64, 1 / 64, 1 / 64],
      hdrCapacityMin: 0,
      hdrCapacityMax: 3,
    });
  });

  test('has a list with one for each channel', async () => {
    const list = '<rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li><rdf:li>3.5</rdf:li></rdf:Seq>';
    const picture = withXmp(
      'hdrgm:HDRCapacityMin="0.5" hdrgm:HDRCapacityMax="3"',
      `<hdrgm:GainMapMax>${list}</hdrgm:GainMapMax>`,
    );
    expect((await readGainMapMetadata(picture))?.metadata).toMatchObject({
      gainMapMax: [1, 2, 3.5],
      hdrCapacityMin: 0.5,
    });
  });

  test.each([
    'hdrgm:HDRCapacityMax="3"',
    'hdrgm:GainMapMax="2.5"',
    'hdrgm:GainMapMax="much" hdrgm:HDRCapacityMax="3"',
    'hdrgm:GainMapMax="1e300" hdrgm:HDRCapacityMax="3"',
    'hdrgm:GainMapMax="2" hdrgm:GainMapMin="3" hdrgm:HDRCapacityMax="3"',
    'hdrgm:GainMapMax="2" hdrgm:Gamma="0" hdrgm:HDRCapacityMax="3"',
    'hdrgm:GainMapMax="2" hdrgm:HDRCapacityMax="3" hdrgm:BaseRenditionIsHDR="True"',
  ])('that cannot be used counts as none: %s', async (attributes) => {
    expect(await readGainMapMetadata(withXmp(attributes))).toBeUndefined();
  });
});

describe('ISO 21496-1', () => {
  const one = [-25, 300, 100, 1, 2];

  test('has one value for all channels', async () => {
    const picture = withIso(0x40, [0, 250, ...one]);
    expect((await readGainMapMetadata(picture))?.metadata).toEqual({
      gainMapMin: [-0.25, -0.25, -0.25],
      gainMapMax: [3, 3, 3],
      gamma: [1, 1, 1],
      offsetSdr: [0.01, 0.01, 0.01],
      offsetHdr: [0.02, 0.02, 0.02],
      hdrCapacityMin: 0,
      hdrCapacityMax: 2.5,
    });
  });

  test('has one for each channel', async () => {
    const picture = withIso(0x80, [0, 250, ...one, 0, 200, 110, 1, 2, 5, 100, 120, 1, 2]);
    expect(await readGainMapMetadata(picture)).toMatchObject({
      usesBaseColours: false,
      metadata: { gainMapMax: [3, 2, 1], gamma: [1, 1.1, 1.2] },
    });
  });

  test.each<[string, Buffer]>([
    ['ends early', withIso(0, [0, 250, -25])],
    ['makes SDR of HDR', withIso(0x04, [0, 250, ...one])],
    ['divides by zero', withIso(0, [0, 250, ...one], 0)],
    [
      'has an offset for each channel',
      withIso(0x80, [0, 250, ...one, ...one, -25, 300, 100, 1, 3]),
    ],
    ['is of a later version', Buffer.from(withIso(0, [0, 250, ...one])).fill(1, 34, 36)],
  ])('that %s counts as none', async (_, picture) => {
    expect(await readGainMapMetadata(picture)).toBeUndefined();
  });
});

test('XMP counts where the binary form cannot be used', async () => {
  const later = Buffer.from(withIso(0, [0, 250, -25, 300, 100, 1, 2])).fill(1, 34, 36);
  const xmp = withXmp('hdrgm:GainMapMax="2.5" hdrgm:HDRCapacityMax="3"');
  const both = Buffer.concat([later.subarray(0, -6), xmp.subarray(2)]);
  expect((await readGainMapMetadata(both))?.metadata.hdrCapacityMax).toBe(3);
});

test('any other picture has none', async () => {
  const exif = jpegWith(APP1, Buffer.from('Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0'));
  expect(await readGainMapMetadata(exif)).toBeUndefined();
});

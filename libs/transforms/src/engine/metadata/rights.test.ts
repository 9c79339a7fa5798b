import sharp from 'sharp';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';
import { readExif } from './exif.ts';
import { readBlocks, XMP_NAME } from './xmp-and-iptc.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 64, height: 48 });
const XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights><rdf:Alt><rdf:li xml:lang="x-default">Of XMP</rdf:li></rdf:Alt></dc:rights><dc:creator><rdf:Seq><rdf:li>Jane</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>';

/** A data set of an IPTC block (IIM 4.2, 1.5). */
function dataSet(number: number, text: string): Buffer {
  const content = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x1c, 2, number, 0, content.length]), content]);
}

/** The JPEG with an IPTC block, as Photoshop wraps it. */
function withIptc(jpeg: Buffer, ...sets: Buffer[]): Buffer {
  const data = Buffer.concat(sets);
  const resource = Buffer.concat([
    Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0', 'latin1'),
    Buffer.from([data.length >> 8, data.length & 255]),
    data,
    Buffer.alloc(data.length % 2),
  ]);
  const head = Buffer.from([0xff, 0xed, 0, resource.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, resource, jpeg.subarray(2)]);
}

async function rights(source: Buffer): Promise<unknown> {
  const steps = [{ metadata: ['copyright'] }, { encode: 'jpeg' }];
  const { bytes } = await renderOne(engine, catalog, source, steps);
  const { exif, iptc, xmp } = await sharp(bytes).metadata();
  expect({ iptc, xmp }).toEqual({ iptc: undefined, xmp: undefined });
  const { Artist, Copyright } = await readExif(exif);
  return { Artist, Copyright };
}

test.each(['jpeg', 'webp', 'tiff'] as const)(
  'reads the rights from XMP in a %s',
  async (format) => {
    const source = await sharp(photo).withXmp(XMP).toFormat(format).toBuffer();
    expect(await rights(source)).toEqual({ Artist: 'Jane; Bob', Copyright: 'Of XMP' });
  },
);

test('IPTC comes before XMP, and EXIF before both', async () => {
  const both = withIptc(
    await sharp(photo).withXmp(XMP).jpeg().toBuffer(),
    dataSet(80, 'Zoë'),
    dataSet(116, 'Of IPTC'),
  );
  // libexif writes ASCII, as the standard has it (CIPA DC-008, 4.6.2): XMP holds other texts.
  const steps = [{ metadata: ['copyright'] }, { encode: 'jpeg' }];
  const { bytes } = await renderOne(engine, catalog, both, steps);
  const header = await sharp(bytes).metadata();
  expect(header.xmpAsString).toContain(
    '<dc:creator><rdf:Seq><rdf:li>Zoë</rdf:li></rdf:Seq></dc:creator>',
  );
  const { Artist, Copyright } = await readExif(header.exif);
  expect({ Artist, Copyright }).toEqual({ Artist: undefined, Copyright: 'Of IPTC' });
  const exif = { IFD0: { Copyright: 'Of EXIF' } };
  const all = withIptc(
    await sharp(photo).withXmp(XMP).withExif(exif).jpeg().toBuffer(),
    dataSet(116, 'Of IPTC'),
  );
  expect(await rights(all)).toEqual({ Artist: 'Jane; Bob', Copyright: 'Of EXIF' });
});

test.each([
  ['no block', photo],
  ['a damaged IPTC block', withIptc(photo, Buffer.from([0x1c, 2, 116, 255, 255]))],
  ['damaged XMP', await sharp(photo).withXmp('<x:xmpmeta').jpeg().toBuffer()],
])('%s yields no rights and does not reject the picture', async (_, source) => {
  expect(await rights(source)).toEqual({});
});

test.each([
  [
    'is read up to the length of a segment',
    65_533,
    { rights: { lang: 'x-default', value: 'Of XMP' } },
  ],
  ['is left out when it is longer, without IPTC', 65_534, undefined],
])('a packet of XMP %s', async (_, length, dc) => {
  const { iptc } = await sharp(withIptc(photo, dataSet(116, 'Of IPTC'))).metadata();
  const xmp = Buffer.from(XMP.padEnd(length - XMP_NAME.length));
  const blocks = await readBlocks({ iptc, xmp });
  expect(blocks['iptc']).toMatchObject({ CopyrightNotice: 'Of IPTC' });
  if (dc) expect(blocks['dc']).toMatchObject(dc);
  else expect(blocks).not.toHaveProperty('dc');
});

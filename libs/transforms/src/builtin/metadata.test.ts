import exifr from 'exifr';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { renderOne } from '../testing/render.ts';
import { sample } from '../testing/samples.ts';
import { builtinTransforms } from './index.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({
  width: 64,
  height: 48,
  orientation: 6,
  profile: 'p3',
  exif: {
    IFD0: { Make: 'Acme', Model: 'X1', Copyright: 'Jane Doe', ImageDescription: 'a cat' },
    IFD2: { DateTimeOriginal: '2024:05:01 12:03:04', ExposureTime: '1/125' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
  },
});

type Tags = Record<string, unknown>;

async function written(steps: unknown, format = 'jpeg') {
  const output = await renderOne(engine, catalog, photo, [...(steps as []), { encode: format }]);
  const header = await sharp(output.bytes).metadata();
  const exif = header.exif && Buffer.from(header.exif);
  const tags: Tags = exif
    ? ((await exifr.parse(
        exif.subarray(exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0),
        true,
      )) as Tags)
    : {};
  return { header, tags, text: Buffer.from(output.bytes).toString('latin1') };
}

test.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'])(
  'nothing private is left in a %s unless asked for',
  async (format) => {
    const { header, text } = await written([{ rotate: 'auto' }], format);
    expect(header).not.toHaveProperty('exif');
    expect(header).not.toHaveProperty('xmp');
    expect(header).not.toHaveProperty('icc');
    expect(text).not.toMatch(/Acme|Jane|2024:05:01/);
  },
);

test('an orientation that no step applied is the one tag that stays', async () => {
  const { header, tags, text } = await written([{ resize: { width: 32 } }]);
  expect(header.orientation).toBe(6);
  expect(tags).not.toHaveProperty('GPSLatitude');
  expect(header).not.toHaveProperty('icc');
  expect(text).not.toMatch(/Acme|Jane|2024:05:01/);
});

test('copyright is kept alone', async () => {
  const { tags } = await written(['rotate', { metadata: { keep: ['copyright'] } }]);
  expect(tags['Copyright']).toBe('Jane Doe');
  expect(tags).not.toHaveProperty('Make');
});

test('exif leaves out where the picture was taken', async () => {
  const { tags } = await written(['rotate', { metadata: { keep: ['exif'] } }]);
  expect(tags).toMatchObject({ Make: 'Acme', Model: 'X1', ImageDescription: 'a cat' });
  expect(tags['ExposureTime']).toBeCloseTo(1 / 125);
  expect(tags).not.toHaveProperty('GPSLatitude');
});

test('gps is kept when it is named', async () => {
  const { tags } = await written(['rotate', { metadata: ['gps', 'Make'] }]);
  expect(tags['GPSLatitude']).toEqual([51, 30, 32.3]);
  expect(tags['Make']).toBe('Acme');
  expect(tags).not.toHaveProperty('Model');
});

test('icc embeds the profile of the colours that the file has', async () => {
  const { header } = await written(['rotate', { metadata: ['icc'] }]);
  expect(header.hasProfile).toBe(true);
});

test('a tag that cannot be kept is refused', () => {
  const { error } = catalog.stepSchema.safeParse({ metadata: ['MakerNote'] });
  expect(error?.issues[0]?.message).toMatch(/"copyright".*got "MakerNote"/);
});

test.each([
  [['xmp'], false],
  [['xmp', 'gps'], true],
])('keep: %j', async (keep, isPositionKept) => {
  const packet =
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" dc:format="a cat" exif:GPSLatitude="51,30.5N"/></rdf:RDF></x:xmpmeta>';
  const source = await sharp(photo).withXmp(packet).jpeg().toBuffer();
  for (const format of ['jpeg', 'webp', 'png']) {
    const steps = [{ metadata: keep }, { encode: format }];
    const { bytes } = await renderOne(engine, catalog, source, steps);
    const { xmpAsString } = await sharp(bytes).metadata();
    expect(xmpAsString).toContain('a cat');
    expect(xmpAsString?.includes('51,30.5N')).toBe(isPositionKept);
  }
});

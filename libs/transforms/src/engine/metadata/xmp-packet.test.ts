import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderOne } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';
import { unescaped } from './xmp-and-iptc.ts';
import { allowedXmp, xmpPacket } from './xmp-packet.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const photo = await sample({ width: 32, height: 24 });

function packet(attributes: string, elements = ''): string {
  const names = [
    'dc',
    'xmp',
    'xmpRights',
    'photoshop',
    'exif',
    'geo',
    'Iptc4xmpCore',
    'drone-skydio',
    'drone-dji',
  ];
  const namespaces = names.map((name) => `xmlns:${name}="https://example.com/${name}/"`).join(' ');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${namespaces}${attributes}>${elements}<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A caption</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`;
}

async function kept(source: Buffer, keep: string[], format = 'jpeg') {
  const steps = [{ metadata: keep }, { encode: format }];
  const { bytes } = await renderOne(engine, catalog, source, steps);
  return (await sharp(bytes).metadata()).xmpAsString ?? '';
}

test.each([
  [' exif:GPSLatitude="46,37.5N"', ''],
  [' drone-dji:LRFTargetLat="46,37.5N" drone-skydio:Latitude="46,37.5N"', ''],
  ['', '<geo:lat>46,37.5N</geo:lat><exif:GPSLatitude>46,37.5N</exif:GPSLatitude>'],
  [' dc:GPSLatitude="46,37.5N" xmp:GPSLatitude="46,37.5N"', ''],
  [' photoshop:GPSLatitude="46,37.5N" xmpRights:GPSLatitude="46,37.5N"', ''],
  [' photoshop:City="46,37.5N" photoshop:Country="46,37.5N"', '<Iptc4xmpCore:Location>46,37.5N</Iptc4xmpCore:Location>'],
  ['', '<xmp:Unknown rdf:parseType="Resource"><dc:title>46,37.5N</dc:title></xmp:Unknown>'],
])('positions and places go by any name, the caption stays: %s%s', async (attributes, elements) => {
  const source = await sharp(photo).withXmp(packet(attributes, elements)).jpeg().toBuffer();
  const xmp = await kept(source, ['xmp']);
  expect(xmp).toContain('A caption');
  expect(xmp).not.toContain('46,37.5N');
  expect(await kept(source, ['xmp', 'gps'])).toContain('46,37.5N');
}); // prettier-ignore

test('allowed properties keep their values, lists and languages', async () => {
  const given = {
    dc: {
      title: [{ lang: 'x-default', value: 'Title' }, { lang: 'de', value: 'Titel' }],
      creator: ['山田太郎', 'A & <B>'],
      subject: ['one', 'two'],
    },
    xmp: { Rating: 5 },
    photoshop: { Credit: 'Me' },
  }; // prettier-ignore
  const written = xmpPacket(given) ?? '';
  expect(await allowedXmp(written)).toMatchObject(given);
});

test.each(['jpeg', 'webp', 'png', 'avif', 'tiff'] as const)(
  'authors in any script are kept in %s',
  async (format) => {
    const xmp = xmpPacket({ dc: { creator: '山田太郎', rights: '© 2024 Zoë' } }) ?? '';
    const source = await sharp(photo).withXmp(xmp).jpeg().toBuffer();
    const written = await kept(source, ['copyright'], format);
    expect(written).toContain('山田太郎');
    expect(written).toContain('© 2024 Zoë');
  },
);

test('a packet without allowed properties is dropped', async () => {
  const source = await sharp(photo).withXmp('<x:xmpmeta').jpeg().toBuffer();
  expect(await kept(source, ['xmp'])).toBe('');
});

test.each([
  '<a:gps>'.repeat(100_000),
  `<a:gps>${'<a:gps '.repeat(100_000)}`,
  ' a:gps="'.repeat(100_001),
  `<a:gps/>${' a:gps = '.repeat(100_000)}`,
])('a packet that is not XML leaves nothing, in bounded time: %.20s…', async (hostile) => {
  expect(xmpPacket(await allowedXmp(hostile)) ?? '').not.toMatch(/<a:gps|a:gps="[^"]*"/);
});

test('any text is written as XML that reads as the same text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (text) => {
      const written = xmpPacket({ dc: { creator: `a${text}z` } }) ?? '';
      expect(written).not.toMatch(/[\u0000-\u0008]/);
      expect((written.match(/</g) ?? []).length).toBe(12);
      // exifr trims texts and drops what XML cannot hold.
      const [read] = [(await allowedXmp(written)).dc?.['creator']].flat();
      const clean = (given: unknown) => String(given).replace(/[\s\p{C}]/gu, '');
      expect(clean(read)).toBe(clean(`a${text}z`));
    }),
    { numRuns: 200 },
  );
});

/** The properties of a packet, as it is written. */
const propertiesOf = (given: Parameters<typeof xmpPacket>[0]) =>
  /<rdf:Description rdf:about="" [^>]*>(.*)<\/rdf:Description>/.exec(xmpPacket(given) ?? '')?.[1];

test.each<[what: string, given: Parameters<typeof xmpPacket>[0], written: string]>([
  [
    'a text in languages',
    {
      dc: {
        title: [
          { lang: 'x-default', value: 'Title' },
          { lang: 'de', value: 'Titel' },
        ],
      },
    },
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Title</rdf:li><rdf:li xml:lang="de">Titel</rdf:li></rdf:Alt></dc:title>',
  ],
  [
    'a text without a language',
    { dc: { rights: 'Me' } },
    '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">Me</rdf:li></rdf:Alt></dc:rights>',
  ],
  [
    'terms in a language',
    { xmpRights: { UsageTerms: { lang: 'fr', value: 'Non' } } },
    '<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="fr">Non</rdf:li></rdf:Alt></xmpRights:UsageTerms>',
  ],
  [
    'an ordered list',
    { dc: { creator: ['Jane', 'Bob'] } },
    '<dc:creator><rdf:Seq><rdf:li>Jane</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>',
  ],
  [
    'a list of one',
    { dc: { subject: 'one' } },
    '<dc:subject><rdf:Bag><rdf:li>one</rdf:li></rdf:Bag></dc:subject>',
  ],
  ['a plain text', { dc: { format: 'image/jpeg' } }, '<dc:format>image/jpeg</dc:format>'],
  ['a number', { xmp: { Rating: 5 } }, '<xmp:Rating>5</xmp:Rating>'],
  ['a truth', { xmpRights: { Marked: true } }, '<xmpRights:Marked>true</xmpRights:Marked>'],
  [
    'a list of another namespace',
    { photoshop: { Credit: ['Me', 'You'] } },
    '<photoshop:Credit><rdf:Bag><rdf:li>Me</rdf:li><rdf:li>You</rdf:li></rdf:Bag></photoshop:Credit>',
  ],
  [
    'characters of XML',
    { photoshop: { Credit: '"A" & <B>\u0001' } },
    '<photoshop:Credit>&quot;A&quot; &amp; &lt;B&gt;</photoshop:Credit>',
  ],
  [
    'several, in the order of the names that are kept',
    { photoshop: { Source: 'S', Credit: 'C' }, dc: { format: 'F' } },
    '<dc:format>F</dc:format><photoshop:Credit>C</photoshop:Credit><photoshop:Source>S</photoshop:Source>',
  ],
])('a packet has %s', (_what, given, written) => {
  expect(propertiesOf(given)).toBe(written);
});

test.each<[what: string, given: Parameters<typeof xmpPacket>[0]]>([
  ['nothing is given', {}],
  ['the name is not kept', { dc: { GPSLatitude: '46,37.5N' } }],
  ['the value is a structure', { dc: { title: { Latitude: '46,37.5N' } } }],
  ['the value is null', { xmp: { Label: null } }],
  ['the list is empty', { dc: { subject: [] } }],
])('there is no packet if %s', (_what, given) => {
  expect(xmpPacket(given)).toBeUndefined();
});

test('the namespaces of a packet are the usual ones', () => {
  expect(xmpPacket({ xmp: { Rating: 5 } })).toContain(
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"',
  );
});

test.each([
  ['&amp;&lt;&gt;&quot;&apos;', '&<>"\''],
  ['&#65;&#x42;&#X63;', 'ABc'],
  ['&#x1F600;', '😀'],
  ['&#xD800;', '\uFFFD'],
  ['&#1114112;&#x110000;', '&#1114112;&#x110000;'],
  ['&#1114111;', '\u{10FFFF}'],
  ['&eacute; & &;', '&eacute; & &;'],
  ['&amp;lt;', '&lt;'],
])('the text %s is %s', (escaped, text) => {
  expect(unescaped(escaped)).toBe(text);
});

import { expect, test } from 'vitest';
import { withoutPosition } from './xmp-and-iptc.ts';

const packet = (attributes: string, elements = '') =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description dc:title="GPS in the title"${attributes}>${elements}</rdf:Description></x:xmpmeta>`;

test.each([
  [' exif:GPSLatitude="51,30.5N"', ''],
  [` exif:GPSLongitude='0,7.5W' exif:GPSMapDatum = "WGS-84"`, ''],
  [' drone-dji:GpsLatitude="+51.5" drone-dji:GpsLongtitude="-0.1"', ''],
  ['', '<exif:GPSLatitude>51,30.5N</exif:GPSLatitude>'],
  ['', '<exif:GPSAltitude rdf:datatype="x">\n12/1\n</exif:GPSAltitude><exif:GPSTimeStamp/>'],
])('a position goes, all else stays: %s%s', (attributes, elements) => {
  expect(withoutPosition(packet(attributes, elements))).toBe(packet(''));
});

test('a packet without one stays as it is', () => {
  const kept = packet(' exif:Gamma="1"', '<dc:rights>Jane</dc:rights>');
  expect(withoutPosition(kept)).toBe(kept);
});

test.each([
  '<a:gps>'.repeat(100_000),
  `<a:gps>${'<a:gps '.repeat(100_000)}`,
  ' a:gps="'.repeat(100_001),
  `<a:gps/>${' a:gps = '.repeat(100_000)}`,
])(
  'drops a possible position from a packet that is not XML, in bounded time: %.20s…',
  (hostile) => {
    expect(withoutPosition(hostile) ?? '').not.toMatch(/<a:gps|a:gps="[^"]*"/);
  },
);

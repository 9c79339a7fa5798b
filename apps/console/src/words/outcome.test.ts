import { expect, test } from 'vitest';
import type { Output } from '../api/client.ts';
import {
  describeChannel,
  describeShot,
  describeSource,
  pictureMarkup,
  summarise,
} from './outcome.ts';

const source = {
  ...{ bucket: 'in', key: 'uploads/my cat.jpg', versionId: null, eTag: 'abc', bytes: 2_400_000 },
  ...{ format: 'jpeg' as const, width: 3000, height: 2000, pages: 1 },
  takenAt: '2024-05-01T12:03:04',
  camera: 'Nikon D750',
};

function output(variant: string, format: Output['format'], width: number, height: number): Output {
  return {
    ...{ variant, format, width, height, contentType: `image/${format}` },
    ...{ key: `uploads/my cat.jpg/${variant}.${format}`, bytes: width * 10 },
    ...{ eTag: 'e', sha256: 's' },
  };
}

const outputs = [
  output('thumb', 'webp', 200, 200),
  output('w640', 'webp', 640, 427),
  output('w320', 'webp', 320, 213),
  output('j640', 'jpeg', 640, 427),
  output('print', 'tiff', 3000, 2000),
];

test('the upload is described by what is known of it', () => {
  expect(describeSource({ source })).toEqual([
    'JPEG',
    '3000 × 2000',
    '2.4 MB',
    'taken 1 May 2024, 12:03',
    'Nikon D750',
  ]);
  const { bucket, key, versionId, eTag } = source;
  expect(describeSource({ source: { bucket, key, versionId, eTag, bytes: 0 } })).toEqual([
    '0 bytes',
  ]);
});

test('an animation says how many frames it has', () => {
  expect(describeSource({ source: { ...source, format: 'gif', pages: 12 } })).toContain(
    '12 frames',
  );
});

test('a document says how many pages it has, and its resolution if the recipe asks for it', () => {
  const fax = { ...source, format: 'tiff' as const, pages: 3 };
  const facts = { resolution: { x: 203.99, y: 98 } };
  expect(describeSource({ source: { ...fax, facts } })).toEqual(
    expect.arrayContaining(['3 pages', '203.99 × 98 dpi']),
  );
  const square = { resolution: { x: 300, y: 300 } };
  expect(describeSource({ source: { ...fax, facts: square } })).toContain('300 dpi');
});

test('a channel is described by what the recipe asks about it', () => {
  expect(
    describeChannel({ channel: 'red', minimum: 0, mean: 69.38166666, percentiles: { 50: 57 } }),
  ).toBe('minimum 0, mean 69.382, median 57');
});

test('all variants are summed up', () => {
  expect(summarise([{ bytes: 6_120 }, { bytes: 240_000 }], 2_400_000)).toBe(
    '2 variants, 246 kB together, 10 % of the original',
  );
});

test('the markup has a source for each better format, and leaves out other shapes and formats', () => {
  const markup = pictureMarkup({ source, outputs }, ({ variant }) => `/${variant}?a&"b"`);
  expect(markup?.split('\n')).toEqual([
    '<picture>',
    '  <source type="image/webp" srcset="/w320?a&amp;&quot;b&quot; 320w, /w640?a&amp;&quot;b&quot; 640w" sizes="100vw">',
    '  <img src="/j640?a&amp;&quot;b&quot;" srcset="/j640?a&amp;&quot;b&quot; 640w" sizes="100vw" width="640" height="427" alt="">',
    '</picture>',
  ]);
  expect(pictureMarkup({ source, outputs: [] }, () => '')).toBeUndefined();
});

test('the markup shows one page of a document, each width once', () => {
  const hrefs = (pages: number, ...some: Output[]) =>
    pictureMarkup({ source: { ...source, pages }, outputs: some }, ({ variant }) => variant)?.match(
      /(?<=srcset=").*?(?=")/g,
    );
  const page = (number: number) => output(`page-p${number}`, 'webp', 1600, 1067);
  const preview = output('preview', 'webp', 200, 133);
  expect(hrefs(3, page(1), page(2), page(3), preview)).toEqual(['preview 200w, page-p1 1600w']);
  expect(hrefs(12, page(11), page(12))).toEqual(['page-p11 1600w']);
  expect(hrefs(3, output('bone', 'webp', 200, 133), preview)).toEqual(['bone 200w']);
  // A variant of this name, not a page.
  expect(hrefs(1, page(3))).toEqual(['page-p3 1600w']);
});

test('says how a photo was taken, as photographers write it', () => {
  const shot = { exposureSeconds: 1 / 125, aperture: 2.8, iso: 400, hasPlace: false };
  expect(describeShot({ ...shot, lens: 'Acme 35mm', focalLength: 35, focalLength35: 52 })).toEqual([
    ...['Acme 35mm', '1/125 s', 'f/2.8', 'ISO 400', '35 mm (52 mm on 35 mm film)'],
  ]);
  expect(describeShot({ exposureSeconds: 2.5, hasPlace: true })).toEqual(['2.5 s']);
});

import { describe, expect, test } from 'vitest';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { DoneOutcome, OutcomeVariant } from './outcome.ts';
import { nextLoader, picture, pictureHtml } from './picture.ts';
import { Picture } from './react.tsx';

const base = 'https://images.example/uploads/cat.jpg/outcome.json';

function variant(name: string, width: number, height: number, type = 'webp'): OutcomeVariant {
  const file = `${name}.${type}`;
  const contentType = `image/${type}`;
  return { name, file, contentType, width, height, bytes: width, eTag: `e-${name}` };
}

const outcome: DoneOutcome = {
  version: 1,
  upload: { eTag: 'e', versionId: null },
  status: 'done',
  width: 3000,
  height: 2000,
  variants: [
    variant('thumb', 200, 200),
    variant('w320-webp', 320, 213),
    variant('w320-jpeg', 320, 213, 'jpeg'),
    variant('w640-webp', 640, 427),
    variant('w640-jpeg', 640, 427, 'jpeg'),
  ],
  placeholder: { thumbhash: 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG', dominantColour: '#8a6f52' },
};

describe('picture', () => {
  test('offers each format with its real widths, the preferred format first', () => {
    const { sources, img } = picture(outcome, { base, alt: 'A cat', sizes: '50vw' });
    const folder = 'https://images.example/uploads/cat.jpg';
    expect(sources).toEqual([
      {
        type: 'image/webp',
        sizes: '50vw',
        srcSet: `${folder}/w320-webp.webp?v=e-w320-webp 320w, ${folder}/w640-webp.webp?v=e-w640-webp 640w`,
      },
    ]);
    expect(img).toMatchObject({
      src: `${folder}/w640-jpeg.jpeg?v=e-w640-jpeg`,
      width: 640,
      height: 427,
      alt: 'A cat',
    });
  });

  test('has the text that the upload came with, unless the page has another one', () => {
    const described = { ...outcome, alt: 'A cat' };
    expect(picture(described, { base }).img.alt).toBe('A cat');
    expect(picture(described, { base, alt: '' }).img.alt).toBe('');
    expect(picture(outcome, { base }).img.alt).toBe('');
  });

  test('leaves out equal pictures of a small upload', () => {
    const small = {
      ...outcome,
      width: 300,
      height: 200,
      variants: [
        variant('w200', 200, 133),
        variant('w320', 300, 200),
        { ...variant('w640', 300, 200), sameAs: 'w320' },
      ],
    };
    const { srcSet } = picture(small, { base, alt: '' }).img;
    expect(srcSet.match(/w\d+\.webp/g)).toEqual(['w200.webp', 'w320.webp']);
    const copy = picture(small, { base, alt: '', variants: ['w640'] });
    expect(copy.img.srcSet).toContain('w640.webp');
  });

  test('shows the variants that are named, such as a cropped one', () => {
    const { sources, img } = picture(outcome, { base, alt: '', variants: ['thumb'] });
    expect(sources).toEqual([]);
    expect(img).toMatchObject({ width: 200, height: 200 });
    expect(() => picture(outcome, { base, alt: '', variants: ['thump'] })).toThrow(
      'The outcome has no variant "thump"; it has: thumb, w320-webp, w320-jpeg, w640-webp, w640-jpeg',
    );
  });

  test('has a placeholder without a request', () => {
    const { placeholder, dominantColour } = picture(outcome, { base, alt: '' });
    expect(placeholder).toMatch(/^data:image\/png;base64,/);
    expect(dominantColour).toBe('#8a6f52');
  });

  test('is refused if browsers show none of the variants', () => {
    const tiff = { ...outcome, variants: [variant('scan', 300, 200, 'tiff')] };
    expect(() => picture(tiff, { base, alt: '' })).toThrow('No variant is in a format');
  });
});

test('HTML has escaped text and the size of the picture', () => {
  const html = pictureHtml(outcome, { base, alt: '"><script>' });
  expect(html).toContain('alt="&quot;&gt;&lt;script&gt;"');
  expect(html).toContain('width="640" height="427"');
  expect(html).toMatch(
    /^<picture style="[^"]+"><source type="image\/webp" srcset="[^"]+" sizes="100vw"><img /,
  );
});

test('React renders the same candidates', () => {
  const props = { outcome, base, alt: 'A cat', className: 'hero' };
  const html = renderToStaticMarkup(createElement(Picture, props));
  const { sources, img } = picture(outcome, { base, alt: 'A cat' });
  for (const { srcSet } of [...sources, img]) expect(html).toContain(`srcSet="${srcSet}"`);
  expect(html).toContain('class="hero"');
  expect(html).toContain('width="640" height="427"');
  // The picture of a page whose scripts do not run is visible.
  expect(html).toContain('opacity:1');
});

test('next/image gets the smallest candidate that is wide enough', () => {
  const load = nextLoader(outcome, { base });
  expect([100, 320, 321, 4000].map((width) => /w\d+/.exec(load({ width }))?.[0])).toEqual([
    'w320',
    'w320',
    'w640',
    'w640',
  ]);
});

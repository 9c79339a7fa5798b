import { describe, expect, test } from 'vitest';
import { CHOICES, croppedSize, pictureChoices, readChoices, sameChoices } from './choices.ts';

const of = (metadata: Record<string, string>) =>
  readChoices(
    Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`darkroom-${name}`, value]),
    ),
    CHOICES,
  );

describe('choices of an upload', () => {
  test.each([
    [{ focus: '0.3,0.7' }, { focus: { x: 0.3, y: 0.7 } }],
    [{ focus: ' 0 , 1.0 ' }, { focus: { x: 0, y: 1 } }],
    [{ crop: '0.1,.2,0.9,0.5' }, { crop: { left: 0.1, top: 0.2, width: 0.9, height: 0.5 } }],
    [{ alt: 'A cat' }, { alt: 'A cat' }],
    [{ alt: '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=' }, { alt: 'Grüße' }],
    [{ alt: '=?UTF-8?B?54yr?= =?utf-8?b?44Gu5YaZ55yf?=' }, { alt: '猫の写真' }],
    [{ alt: 'a\t b\n' }, { alt: 'a b' }],
    [{ alt: '' }, { alt: '' }],
    [{ other: 'x' }, undefined],
  ])('%o', (metadata, expected) => {
    expect(of(metadata)).toEqual(expected);
  });

  test.each([
    [{ focus: '0.3' }, 'expected X,Y'],
    [{ focus: '0.3,1.1' }, 'numbers from 0 to 1'],
    [{ focus: '1e-1,0' }, 'numbers from 0 to 1'],
    [{ focus: '0.3,0.7,0.1' }, 'expected X,Y'],
    [{ crop: '0.5,0,0.6,1' }, 'inside the picture'],
    [{ crop: '0.5,0,0.6' }, 'expected LEFT,TOP,WIDTH,HEIGHT: numbers'],
    [{ crop: '0,0.5,1,0.6' }, 'inside the picture'],
    [{ crop: '0,0,0,1' }, 'above 0'],
    [{ crop: '0,0,1,0' }, 'above 0'],
    // Long text is not decoded at all.
    [{ alt: `x${' '.repeat(8192)}` }, '2048 bytes'],
    [{ alt: 'é'.repeat(1025) }, '2048 bytes'],
    [{ alt: 'x'.repeat(10_000) }, '2048 bytes'],
    [{ alt: '=?UTF-8?B?AAE=?=' }, 'readable text'],
  ])('a wrong value is ignored and says why: %o', (metadata, message) => {
    const [name = ''] = Object.keys(metadata);
    const choices = of(metadata);
    expect(choices).toEqual({ ignored: { [name]: expect.stringContaining(message) as string } });
  });

  test('may have a text of 2,048 bytes, which S3 may return in four times as many characters', () => {
    const longest = 'é'.repeat(1024);
    expect(of({ alt: longest })).toEqual({ alt: longest });
    expect(of({ alt: `x${' '.repeat(8191)}` })).toEqual({ alt: 'x' });
  });

  test('count only if the recipe allows them by name', () => {
    const metadata = { 'darkroom-focus': '0,0', 'darkroom-alt': 'A cat' };
    expect(readChoices(metadata, ['alt'])).toEqual({ alt: 'A cat' });
    expect(readChoices(metadata)).toBeUndefined();
  });

  test('are equal whatever the order of the metadata', () => {
    const one = of({ alt: 'A cat', focus: '0,1' });
    expect(sameChoices(one, of({ focus: '0,1', alt: 'A cat' }))).toBe(true);
    expect(sameChoices(one, of({ focus: '0,1' }))).toBe(false);
    expect(sameChoices(undefined, of({}))).toBe(true);
  });

  test('of a text alone do not concern the pictures', () => {
    expect(pictureChoices(of({ alt: 'A cat' }))).toBeUndefined();
    expect(pictureChoices(of({ focus: '0,1', alt: 'A cat' }))).toBe('{"focus":{"x":0,"y":1}}');
  });
});

test('a crop of whole shares has the size of its pixels', () => {
  expect(croppedSize({ width: 301, height: 200 }, of({ crop: '0.5,0.1,0.5,0.25' }))).toEqual({
    width: 150,
    height: 50,
  });
});

test('an upload without a crop keeps its size', () => {
  expect(croppedSize({ width: 301, height: 200 })).toEqual({ width: 301, height: 200 });
  expect(croppedSize({ width: 301, height: 200 }, { alt: 'A cat' })).toEqual({
    ...{ width: 301, height: 200 },
  });
});

test('a crop of less than a pixel has one', () => {
  const crop = { left: 0.999999, top: 0, width: 0.000001, height: 0.000001 };
  expect(croppedSize({ width: 100, height: 100 }, { crop })).toEqual({ width: 1, height: 1 });
});

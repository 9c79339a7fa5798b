import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { sample } from '@darkroom/transforms/testing';
import { ArgumentsError } from '../../arguments.ts';
import { classOfFile, derive } from './derive.ts';
import { generatedPhotos } from './generated-photos.ts';
import { attachProfile } from './jpeg-profile.ts';
import { readPhotos } from './photos.ts';
import { classOf, SOURCE_CLASSES } from './source-class.ts';

const pixels = (file: Buffer) => sharp(file, { ignoreIcc: true }).raw().toBuffer();

test('a file is classed by its header', () => {
  const jpeg = { format: 'jpeg', isProgressive: false } as const;
  expect(classOf(jpeg, 'none')).toBe('plain');
  expect(classOf(jpeg, 'srgb')).toBe('srgb');
  expect(classOf({ ...jpeg, isProgressive: true }, 'srgb')).toBe('progressive');
  expect(classOf({ format: 'png', isProgressive: false }, 'none')).toBe('png');
  expect(classOf(jpeg, 'other')).toBeUndefined();
  expect(classOf({ format: 'webp', isProgressive: false }, 'none')).toBeUndefined();
});

describe('a photo becomes one of every class', () => {
  test.each(SOURCE_CLASSES)('%s', async (wanted) => {
    const photo = await sample({ width: 96, height: 64, orientation: 6 });
    const derived = await derive(photo, wanted);
    expect(await classOfFile(derived)).toBe(wanted);
    // JPEGs are still on their side, as the camera stored them.
    const { orientation = 1 } = await sharp(derived).metadata();
    expect(orientation).toBe(wanted === 'png' ? 1 : 6);
  });

  test('pixels stay where they can: with a profile attached, and as PNG', async () => {
    const photo = await sample({ width: 96, height: 64 });
    for (const wanted of ['plain', 'srgb', 'png'] as const) {
      expect(await pixels(await derive(photo, wanted))).toEqual(await pixels(photo));
    }
  });

  test('a photo that is too small is enlarged', async () => {
    const photo = await sample({ width: 96, height: 64 });
    const derived = await derive(photo, 'plain', { megapixels: 0.6 });
    expect(await sharp(derived).metadata()).toMatchObject({ width: 949, height: 633 });
  });
});

test('a profile goes behind the EXIF block, and all else stays', async () => {
  const photo = await sample({ width: 32, height: 32, orientation: 3 });
  const profile = Buffer.from('no profile, but bytes');
  const attached = attachProfile(photo, profile);
  expect(attached.length).toBe(photo.length + profile.length + 18);
  expect(attached.indexOf('Exif')).toBeLessThan(attached.indexOf('ICC_PROFILE'));
  expect(() => attachProfile(Buffer.from('no JPEG'), profile)).toThrow(RangeError);
  expect(() => attachProfile(photo, Buffer.alloc(70_000))).toThrow(RangeError);
});

test('generated photos are camera JPEGs, one of them on its side', async () => {
  const photos = await generatedPhotos(0.02);
  const headers = await Promise.all(photos.map(({ bytes }) => sharp(bytes).metadata()));
  expect(headers.map(({ orientation }) => orientation)).toEqual([1, 6, 1]);
  for (const { bytes } of photos) expect(await classOfFile(bytes)).toBe('plain');
});

test('a folder without photos is an error of the arguments', async () => {
  await expect(readPhotos('no/such/folder')).rejects.toThrow(ArgumentsError);
  await expect(readPhotos(import.meta.dirname)).rejects.toThrow(/has no photos/);
});

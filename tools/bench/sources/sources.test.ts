import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sample } from '@darkroom/transforms/testing';
import { ArgumentsError } from '../arguments.ts';
import { generatedPhotos } from './generated-photos.ts';
import { attachProfile } from './jpeg-profile.ts';
import { readPhotos } from './photos.ts';

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
});

test('a folder without photos is an error of the arguments', async () => {
  await expect(readPhotos('no/such/folder')).rejects.toThrow(ArgumentsError);
  await expect(readPhotos(import.meta.dirname)).rejects.toThrow(/has no photos/);
});

import { expect, test } from 'vitest';
import { sample } from '../../testing/samples.ts';
import { readShot } from './shot.ts';

test('the facts of a shot, and that there is a place, without the place', async () => {
  const photo = await sample({
    ...{ width: 9, height: 9 },
    exif: {
      IFD0: { Make: 'Acme' },
      IFD2: {
        LensModel: 'Acme 35mm\u0007 f/2',
        ExposureTime: '1/125',
        FNumber: '28/10',
        ISOSpeedRatings: '400',
        FocalLength: '35/1',
        FocalLengthIn35mmFilm: '52',
      },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' },
    },
  });
  const shot = await readShot(photo);
  expect(shot).toEqual({
    ...{ lens: 'Acme 35mm f/2', exposureSeconds: 1 / 125, aperture: 2.8, iso: 400 },
    ...{ focalLength: 35, focalLength35: 52, hasPlace: true },
  });
});

test.each([
  ['a picture without EXIF', await sample({ width: 9, height: 9 })],
  ['zeros', await sample({ width: 9, height: 9, exif: { IFD2: { FNumber: '0/1', ISO: '0' } } })],
  ['no picture', Buffer.from('text')],
])('%s has no facts', async (_, file) => {
  expect(await readShot(file)).toEqual({ hasPlace: false });
});

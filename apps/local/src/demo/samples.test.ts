import { createHash } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { paintLandscape } from './painting.ts';
import { paintSamples, type Sample } from './samples.ts';

const samples = await paintSamples();

async function bytesOf(name: string): Promise<Uint8Array> {
  const sample = samples.find((candidate) => candidate.name === name);
  if (!sample) throw new Error(`There is no sample ${name}`);
  return sample.bytes();
}

describe('the samples', () => {
  test('are small, and named apart', async () => {
    const sizes = await Promise.all(samples.map(async ({ bytes }) => (await bytes()).byteLength));
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length);
  });

  test.each(samples)('$name is a whole picture, which should be done', async (sample) => {
    expect(sample.expected).toBe('done');
    const { channels } = await sharp(await sample.bytes()).stats();
    expect(channels.some(({ stdev }) => stdev > 5)).toBe(true);
  });

  test('show every format that the local stack takes', async () => {
    const formats = await Promise.all(
      samples.map(async ({ bytes }) => (await sharp(await bytes()).metadata()).format),
    );
    // sharp calls AVIF by its container's name.
    expect([...new Set(formats)].toSorted()).toEqual([
      'gif',
      'heif',
      'jpeg',
      'png',
      'tiff',
      'webp',
    ]);
  });

  test.each([3, 5, 6, 8])('orientation-%i.jpg is upright once it has been turned', async (turn) => {
    const bytes = await bytesOf(`orientation-${turn}.jpg`);
    expect((await sharp(bytes).metadata()).orientation).toBe(turn);
    const small = (picture: Sharp) => picture.resize(48, 32, { fit: 'fill' }).raw().toBuffer();
    const seen = await small(sharp(await sharp(bytes).autoOrient().png().toBuffer()));
    const painted = await small(paintLandscape(turn));
    const apart = seen.reduce((sum, value, at) => sum + Math.abs(value - (painted[at] ?? 0)), 0);
    // Of 255, for each value: what JPEG loses; a picture that was not turned is 20 or more off.
    expect(apart / seen.length).toBeLessThan(4);
  });

  test('hold transparency and an animation', async () => {
    expect((await sharp(await bytesOf('badge.png')).metadata()).hasAlpha).toBe(true);
    expect((await sharp(await bytesOf('lamps.gif')).metadata()).pages).toBe(4);
  });

  test('are the same bytes every time', async () => {
    const digest = (painted: readonly Sample[]) =>
      Promise.all(
        painted.map(async ({ bytes }) =>
          createHash('sha256')
            .update(await bytes())
            .digest('hex'),
        ),
      );
    expect(await digest(await paintSamples())).toEqual(await digest(samples));
  });
});

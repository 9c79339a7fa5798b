import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { FITS, resizedSize } from './resize-geometry.ts';

const side = fc.integer({ min: 1, max: 60 });

test('half a pixel is rounded as libvips does', () => {
  const only = { withoutEnlargement: false, withoutReduction: false } as const;
  expect(resizedSize({ width: 15, height: 50 }, { height: 45, fit: 'cover', ...only })).toEqual({
    width: 14,
    height: 45,
  });
});

test('half a pixel is rounded as libvips does where it enlarges', async () => {
  const target = { width: 75, fit: 'cover', withoutEnlargement: false, withoutReduction: false } as const;
  const { info } = await sharp({ create: { width: 2, height: 3, channels: 3, background: 'red' } })
    .resize(target)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  expect(resizedSize({ width: 2, height: 3 }, target)).toEqual({ width, height });
}); // prettier-ignore

test('sizes are those that sharp makes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ width: side, height: side }),
      fc.record({
        width: fc.option(side, { nil: undefined }),
        height: fc.option(side, { nil: undefined }),
        fit: fc.constantFrom(...FITS),
        withoutEnlargement: fc.boolean(),
        withoutReduction: fc.boolean(),
      }),
      async (input, target) => {
        fc.pre(target.width !== undefined || target.height !== undefined);
        // sharp distorts with one side and `fill`, and keeps the other side as it is; so do we.
        const { info } = await sharp({
          create: { ...input, channels: 3, background: '#808080' },
        })
          .resize(target)
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect(resizedSize(input, target)).toEqual({ width: info.width, height: info.height });
      },
    ),
    { numRuns: 300 },
  );
});

import { outputKeys, recipeSchema } from '@darkroom/pipeline';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manifestKey } from './manifest-key.ts';

const photos = { name: 'photos', match: { prefix: '' }, variants: ['thumb', 'w1280'] };

test('stands below the upload’s own key', async () => {
  expect(await manifestKey('uploads/cat.jpg', photos)).toBe('uploads/cat.jpg/manifest.json');
});

test('stands below a hash where it could pass S3’s limit', async () => {
  const key = `uploads/${'ж'.repeat(508)}`;
  expect(await manifestKey(key, photos)).toMatch(/^_long\/[0-9a-f]{64}\/manifest\.json$/);
});

test('is where the pipeline puts it', async () => {
  const lengths = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    // Around the limit is where the two could differ.
    fc.integer({ min: 940, max: 1024 }),
  );
  const key = fc
    .tuple(fc.constantFrom('', 'uploads/', '_long/'), lengths, fc.constantFrom('a', 'ж', '🐈'))
    .map(([prefix, bytes, unit]) => prefix + unit.repeat(Math.ceil(bytes / unit.length)));
  await fc.assert(
    fc.asyncProperty(
      key,
      fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/),
      async (upload, variant) => {
        const recipe = recipeSchema.parse({
          name: 'r',
          variants: [{ name: variant, steps: [] }],
        });
        const info = { name: 'r', match: { prefix: '' }, variants: [variant] };
        expect(await manifestKey(upload, info)).toBe(outputKeys(upload, recipe).manifest);
      },
    ),
  );
});

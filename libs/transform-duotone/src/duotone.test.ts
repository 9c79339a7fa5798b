import path from 'node:path';
import { builtinTransforms, createCatalog } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { testFixtures } from '@darkroom/transforms/fixtures';
import { difference, renderOne, sample } from '@darkroom/transforms/testing';
import { expect, test } from 'vitest';
import { duotone } from './duotone.ts';

const transforms = [...builtinTransforms, duotone];
const catalog = createCatalog(transforms);
const engine = createEngine({ catalog });

testFixtures(path.join(import.meta.dirname, '../fixtures'), transforms);

test('from black to white is grey', async () => {
  const photo = await sample({ width: 64, height: 48 });
  const grey = await renderOne(engine, catalog, photo, [
    { duotone: { shadow: 'black', highlight: 'white' } },
    { encode: 'png' },
  ]);
  const again = await renderOne(engine, catalog, grey.bytes, ['grayscale', { encode: 'png' }]);
  expect((await difference(grey.bytes, again.bytes)).largest).toBeLessThanOrEqual(1);
});

test('rejects an invalid colour with its path', () => {
  const { error } = catalog.stepSchema.safeParse({ duotone: { shadow: 'darkish' } });
  expect(error?.issues[0]).toMatchObject({ path: ['duotone', 'shadow'] });
});

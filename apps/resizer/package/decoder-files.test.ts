import { expect, test } from 'vitest';
import { decoderFiles } from './decoder-files.ts';

const BUNDLE = 'apps/resizer/dist/bundle';
const output = (entryPoint: string | undefined, ...imports: readonly string[]) => ({
  inputs: {},
  ...(entryPoint !== undefined && { entryPoint }),
  imports: imports.map((file) => ({ path: `${BUNDLE}/${file}` })),
});

test('the files of a decoder, or of what writes PDF, are those that only its modules import', () => {
  const metafile = {
    outputs: {
      [`${BUNDLE}/index.mjs`]: output(
        'apps/resizer/src/index.ts',
        ...['chunks/shared.mjs', 'chunks/font.mjs', 'chunks/heif.mjs', 'chunks/fits.mjs'],
        'chunks/pdf.mjs',
      ),
      [`${BUNDLE}/chunks/font.mjs`]: output('node_modules/fontkit/index.js', 'chunks/shared.mjs'),
      [`${BUNDLE}/chunks/shared.mjs`]: output(undefined),
      [`${BUNDLE}/chunks/heif.mjs`]: output(
        'libs/decoder-heic/src/heif.ts',
        ...['chunks/shared.mjs', 'chunks/own.mjs'],
      ),
      [`${BUNDLE}/chunks/own.mjs`]: output(undefined),
      [`${BUNDLE}/chunks/fits.mjs`]: output('libs/decoder-fits/src/fits-file.ts'),
      [`${BUNDLE}/chunks/pdf.mjs`]: output('libs/transforms/src/engine/document/document.ts'),
    },
  };
  expect(Object.fromEntries(decoderFiles(metafile, BUNDLE))).toEqual({
    heic: ['chunks/heif.mjs', 'chunks/heif.mjs.map', 'chunks/own.mjs', 'chunks/own.mjs.map'],
    fits: ['chunks/fits.mjs', 'chunks/fits.mjs.map'],
    'encode-pdf': ['chunks/pdf.mjs', 'chunks/pdf.mjs.map'],
  });
});

test('a bundle without decoders has no such files', () => {
  expect(decoderFiles({ outputs: {} }, BUNDLE).size).toBe(0);
});

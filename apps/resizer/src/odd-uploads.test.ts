import { catalog, MemoryBudget, NeedsIsolation, ProcessEnded, reconcile } from '@darkroom/pipeline';
import { letters, manifestOf, KEY } from '@darkroom/pipeline/testing';
import { builtinTransforms, PICTURE_FORMATS } from '@darkroom/transforms';
import { animatedSample, sample } from '@darkroom/transforms/testing';
import { createEngine } from '@darkroom/transforms/engine';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';

/** Steps that ask much of a picture, for each built-in transform. */
const STEPS: Readonly<Record<string, readonly unknown[]>> = {
  binarise: ['binarise', { binarise: 'sauvola' }, { binarise: 128 }],
  blur: ['blur', { blur: 0.3 }],
  colourmap: [{ colourmap: 'viridis' }, { colourmap: { map: 'heat', reverse: true } }],
  colourspace: [{ colourspace: 'keep' }, { colourspace: 'p3' }],
  crop: [
    { crop: { width: 100, height: 100 } },
    { crop: { left: 99_999, top: 99_999, width: 100, height: 100, otherwise: 'clamp' } },
    { crop: { left: '100%', top: 0, width: '50%', height: '100%' } },
    { crop: { aspectRatio: '1000:1' } },
    { crop: { aspectRatio: '1:1000', focus: { x: 1, y: 1 } } },
  ],
  deskew: ['deskew', { deskew: { limit: 30, least: 0 } }],
  encode: [
    ...PICTURE_FORMATS,
    { format: 'webp', maxBytes: 1 },
    { format: 'jpeg', maxBytes: 1, otherwise: 'exceed' },
    { format: 'avif', quality: { ssim: 0.99 } },
    { format: 'png', palette: true },
    { format: 'tiff', tile: true, pyramid: true },
    { format: 'webp', lossless: true },
    { format: 'smallest', of: ['webp', 'gif', { format: 'jpeg', mozjpeg: true }] },
  ].map((encode) => ({ encode })),
  extend: [
    { extend: { top: 9, left: 9, extendWith: 'mirror' } },
    { extend: { bottom: 9, right: 9, extendWith: 'copy' } },
    { extend: { top: 9, right: 9, extendWith: 'repeat' } },
    { extend: { top: 65_535, left: 65_535, background: 'transparent' } },
  ],
  flatten: ['flatten'],
  flip: ['flip'],
  flop: ['flop'],
  gamma: ['gamma'],
  grayscale: ['grayscale'],
  levels: [
    { levels: { black: 100, white: 101, gamma: 10 } },
    { levels: { outputBlack: 255, outputWhite: 0 } },
    { levels: { black: [0, 10, 20] } },
  ],
  mask: ['mask', { mask: 'circle' }, { mask: { radius: 500 } }],
  median: [{ median: 3 }],
  metadata: [{ metadata: ['exif', 'copyright'] }],
  modulate: [{ modulate: { brightness: 3, hue: 200 } }],
  montage: [
    'montage',
    { montage: { columns: 20, gap: 1000 } },
    { montage: { columns: 1, background: 'transparent' } },
  ],
  negate: ['negate'],
  normalise: ['normalise'],
  resize: [
    { resize: { width: 200, height: 200 } },
    { resize: { width: 200, height: 200, position: 'attention' } },
    { resize: { width: 200, height: 200, position: 'entropy' } },
    { resize: { width: 200, height: 100, fit: 'contain', background: 'transparent' } },
    { resize: { width: 200 } },
    { resize: { height: 3, fit: 'outside' } },
    { resize: { width: 1, height: 1, kernel: 'nearest' } },
    { resize: { width: 65_535 } },
  ],
  rotate: ['rotate', { rotate: 90 }, { rotate: 33 }, { rotate: { angle: -179.9 } }],
  sharpen: ['sharpen', { sharpen: { sigma: 5 } }],
  stretch: [
    ...['linear', 'sqrt', 'log', 'asinh', 'zscale', 'percentile'].map((stretch) => ({ stretch })),
    { stretch: { type: 'zscale', perChannel: true } },
    { stretch: { black: [1, 2, 3], white: 4 } },
  ],
  tint: [{ tint: 'red' }],
  trim: [
    'trim',
    { trim: { otherwise: 'keep' } },
    { trim: { otherwise: 'reject' } },
    { trim: { lineArt: true, margin: 5 } },
  ],
  watermark: [
    { watermark: { text: 'Ada' } },
    { watermark: { text: 'Ada Lovelace', tile: true, angle: 45 } },
  ],
  window: [
    'window',
    { window: { centre: 9, width: 1 } },
    { window: { centre: -5, width: 0.1, shape: 'sigmoid' } },
  ],
};

const raw = (width: number, height: number, channels: 1 | 3 | 4 = 3) =>
  sharp({
    create: { width, height, channels: channels === 1 ? 3 : channels, background: '#808080' },
    limitInputPixels: false,
  });
const noise = (width: number, height: number) =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  });

/** The smallest, the longest and the oddest pictures. */
const UPLOADS: Readonly<Record<string, () => Promise<Buffer>>> = {
  '1×1 JPEG': () => raw(1, 1).jpeg().toBuffer(),
  '1×1 PNG with alpha': () => raw(1, 1, 4).png().toBuffer(),
  '1×1 GIF': () => raw(1, 1).gif().toBuffer(),
  '2×1 WebP': () => noise(2, 1).webp({ lossless: true }).toBuffer(),
  '1×20,000 PNG': () => noise(1, 20_000).png().toBuffer(),
  '65,500×1 JPEG': () => noise(65_500, 1).jpeg().toBuffer(),
  '20,000×1 PNG': () => noise(20_000, 1).png().toBuffer(),
  '3×3 AVIF': () => noise(3, 3).avif().toBuffer(),
  'animated GIF of 1×1': () => animatedSample('gif', { width: 1, height: 1 }),
  'animated WebP': () => animatedSample('webp', { width: 33, height: 7 }),
  'uniform PNG': () => raw(50, 40).png().toBuffer(),
  'uniform transparent PNG': () =>
    sharp({ create: { width: 50, height: 40, channels: 4, background: 'transparent' } })
      .png()
      .toBuffer(),
  'grey PNG of 16 bits': () => noise(31, 17).toColourspace('grey16').png().toBuffer(),
  'grey JPEG': () => noise(31, 17).grayscale().jpeg().toBuffer(),
  'RGB TIFF of 16 bits': () => noise(31, 17).toColourspace('rgb16').tiff().toBuffer(),
  'CMYK JPEG': () => noise(31, 17).toColourspace('cmyk').jpeg().toBuffer(),
  'JPEG on its side': () => sample({ width: 41, height: 13, orientation: 6 }),
  'PNG with a hole': () => sample({ width: 31, height: 31, format: 'png', alpha: true }),
};

const engine = createEngine({ catalog });

test('every built-in transform is tried', () => {
  expect(Object.keys(STEPS).sort()).toEqual(builtinTransforms.map(({ name }) => name).sort());
});

describe.each(Object.entries(UPLOADS))('%s', (_name, make) => {
  let upload: Buffer;
  beforeAll(async () => {
    upload = await make();
  });

  test.each(Object.entries(STEPS))(
    'with %s is done, skipped or NOT_APPLICABLE, and alerts no operator',
    async (transform, list) => {
      const variants = list.map((step, index) => ({
        ...{ name: `v${index}`, steps: [step] as never[] },
        ...(transform === 'montage' && { frames: 'all' as const }),
      }));
      const bucket = letters({ variants }, { engine, memory: new MemoryBudget(1_600) });
      bucket.source.place(KEY, upload);
      const { kind } = await reconcile(KEY, bucket);
      const manifest = manifestOf(bucket);
      const why =
        manifest?.status === 'done'
          ? (manifest.skipped ?? []).map(({ code, message }) => ({ code, message }))
          : manifest && [manifest.error];
      const allowed = expect.stringMatching(/^(NOT_APPLICABLE|TOO_LARGE)$/) as string;
      expect(why).toEqual(why?.map(() => expect.objectContaining({ code: allowed }) as object));
      expect(['done', 'rejected']).toContain(kind);
    },
    30_000,
  );
});

describe('a step that takes minutes on 40 megapixels', () => {
  let upload: Buffer;
  beforeAll(async () => {
    upload = await raw(8_000, 5_000).jpeg().toBuffer();
  });

  test.each([{ blur: 1000 }, { median: 1000 }])(
    '%j: in a process of its own, and TOO_LARGE without a dead letter if that is killed twice',
    async (step) => {
      const variants = [{ name: 'v', steps: [step, { resize: { width: 100 } }] as never[] }];
      const bucket = letters({ variants }, { engine, memory: new MemoryBudget(1_600) });
      bucket.source.place(KEY, upload);
      const later = reconcile(KEY, { ...bucket, isolated: 'later' });
      await expect(later).rejects.toBeInstanceOf(NeedsIsolation);
      const killed = new ProcessEnded('TIMEOUT', 'its process was killed at its deadline');
      const isolated = {
        ...engine,
        render: () => {
          throw killed;
        },
      };
      await expect(reconcile(KEY, { ...bucket, isolated })).rejects.toBe(killed);
      const outcome = await reconcile(KEY, { ...bucket, isolated }, { retry: true });
      expect(outcome).toMatchObject({ kind: 'rejected' });
      expect(manifestOf(bucket)).toMatchObject({ error: { code: 'TOO_LARGE', retryable: true } });
    },
  );

  test('does not matter if the step is cheap', async () => {
    const variants = [{ name: 'v', steps: [{ resize: { width: 100 } }, { blur: 20 }] as never[] }];
    const bucket = letters({ variants }, { engine, memory: new MemoryBudget(1_600) });
    bucket.source.place(KEY, upload);
    const outcome = await reconcile(KEY, { ...bucket, isolated: 'later' });
    expect(outcome).toMatchObject({ kind: 'done' });
  });
});

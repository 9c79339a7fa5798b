import sharp, { type Sharp } from 'sharp';
import { paintAnimation, paintBadge, paintLandscape } from './painting.ts';

/** A file to upload. */
export interface Sample {
  /** Below the demo's prefix; may have folders. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: () => Promise<Uint8Array>;
  /** Of our samples: all of them are good pictures. A file of the user's own may be anything. */
  readonly expected?: 'done';
}

interface Metadata {
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number;
  readonly camera?: { readonly maker: string; readonly model: string; readonly takenAt: string };
}

function photo(picture: Sharp, { orientation, camera }: Metadata = {}): Promise<Uint8Array> {
  const exif = camera && {
    IFD0: { Make: camera.maker, Model: camera.model },
    IFD2: { DateTimeOriginal: camera.takenAt },
  };
  const described = exif ? picture.withExif(exif) : picture;
  return described
    .withMetadata(orientation ? { orientation } : {})
    .jpeg({ quality: 88 })
    .toBuffer();
}

/** How a camera that was held so leaves a picture: the pixels turned, and the tag that turns them back. */
async function heldAs(orientation: 3 | 5 | 6 | 8, upright: Sharp): Promise<Uint8Array> {
  const turned = upright.rotate({ 3: 180, 5: 90, 6: 270, 8: 90 }[orientation]);
  // 5 is mirrored along the diagonal: turned, and then seen from behind.
  const stored = orientation === 5 ? sharp(await turned.png().toBuffer()).flop() : turned;
  return photo(stored, { orientation });
}

const JPEG = 'image/jpeg';

/** Every format, and what goes wrong elsewhere: turned cameras, awkward names; the pictures are ours, painted here. */
const SAMPLES: readonly Sample[] = [
  {
    name: 'morning.jpg',
    contentType: JPEG,
    bytes: () =>
      photo(paintLandscape(0), {
        camera: { maker: 'Darkroom', model: 'Easel', takenAt: '2026:05:01 06:12:00' },
      }),
    expected: 'done',
  },
  ...([3, 5, 6, 8] as const).map((orientation) => ({
    name: `orientation-${orientation}.jpg`,
    contentType: JPEG,
    bytes: () => heldAs(orientation, paintLandscape(orientation)),
    expected: 'done' as const,
  })),
  {
    name: 'café & crème 100%+1.jpg',
    contentType: JPEG,
    bytes: () => photo(paintLandscape(2)),
    expected: 'done',
  },
  {
    name: 'badge.png',
    contentType: 'image/png',
    bytes: () => paintBadge(640, '#b5341d').png().toBuffer(),
    expected: 'done',
  },
  {
    name: 'haze.webp',
    contentType: 'image/webp',
    bytes: () => paintLandscape(10).webp({ quality: 85, effort: 1 }).toBuffer(),
    expected: 'done',
  },
  {
    name: 'dusk.avif',
    contentType: 'image/avif',
    bytes: () => paintLandscape(9).resize(640).avif({ quality: 60, effort: 0 }).toBuffer(),
    expected: 'done',
  },
  {
    name: 'scan.tiff',
    contentType: 'image/tiff',
    bytes: () => paintLandscape(14).resize(800).tiff({ compression: 'lzw' }).toBuffer(),
    expected: 'done',
  },
  { name: 'lamps.gif', contentType: 'image/gif', bytes: paintAnimation, expected: 'done' },
];

/** Painted before anything is uploaded: painting keeps the process busy and would spoil the times. */
export function paintSamples(): Promise<Sample[]> {
  return Promise.all(
    SAMPLES.map(async (sample) => {
      const bytes = await sample.bytes();
      return { ...sample, bytes: () => Promise.resolve(bytes) };
    }),
  );
}

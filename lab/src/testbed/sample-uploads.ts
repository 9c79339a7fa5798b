import sharp, { type FormatEnum } from 'sharp';

/** Content to upload, and its expected outcome. */
export interface SampleUpload {
  readonly name: string;
  readonly body: Buffer;
  /** `done`, or the code that it is rejected with. */
  readonly outcome: 'done' | 'CORRUPT_IMAGE' | 'UNSUPPORTED_FORMAT';
}

const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const satisfies (keyof FormatEnum)[];
/** Images of each format. */
const PICTURES = 4;

/** Images of every format, broken ones, and other files. They have the same bytes in every process. */
export async function makeSampleUploads(): Promise<SampleUpload[]> {
  const pictures = await Promise.all(
    FORMATS.flatMap((format) =>
      Array.from({ length: PICTURES }, async (_, index) => ({
        name: `${format} ${index}`,
        body: await picture(FORMATS.indexOf(format) * PICTURES + index, format),
        outcome: 'done' as const,
      })),
    ),
  );
  const broken = pictures
    .filter(({ name }) => ['jpeg 0', 'png 1', 'webp 2'].includes(name))
    .map(({ name, body }) => ({
      name: `half of ${name}`,
      body: body.subarray(0, body.length >> 1),
      outcome: 'CORRUPT_IMAGE' as const,
    }));
  return [
    ...pictures,
    ...broken,
    { name: 'nothing', body: Buffer.alloc(0), outcome: 'CORRUPT_IMAGE' },
    { name: 'text', body: Buffer.from('no picture at all\n'), outcome: 'UNSUPPORTED_FORMAT' },
    { name: 'json', body: Buffer.from('{"picture":false}'), outcome: 'UNSUPPORTED_FORMAT' },
  ];
}

async function picture(seed: number, format: keyof FormatEnum): Promise<Buffer> {
  const [width, height] = [48 + (seed % 5) * 8, 40 + (seed % 3) * 16];
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < data.length; at++) data[at] = (at * (seed + 3) + (at >> 7) * 31) % 256;
  const image = sharp(data, { raw: { width, height, channels: 3 } });
  // Some have an EXIF orientation.
  const held = seed % 4 === 1 && format === 'jpeg' ? image.withMetadata({ orientation: 6 }) : image;
  return held.toFormat(format).toBuffer();
}

/** Element at an index, counted in circles. */
export function pick<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('The list is empty');
  return item;
}

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { paintScene } from '@darkroom/transforms/testing';
import sharp, { type Sharp } from 'sharp';
import type { Photo } from './generated-photos.ts';
import { attachProfile } from './jpeg-profile.ts';

/** Kinds of uploads. */
export type Kind =
  'photo' | 'upright' | 'rotated' | 'p3' | 'gif' | 'screenshot' | 'tiff16' | 'document' | 'tiny';

/** Higher than the quality of any output, as cameras write it. */
const CAMERA = { quality: 95, chromaSubsampling: '4:2:0' } as const;

/** The profile that sharp brings along. */
async function profile(name: 'p3'): Promise<Buffer> {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: 'grey' } });
  const { icc } = await sharp(await image.withIccProfile(name).jpeg().toBuffer()).metadata();
  if (!icc) throw new Error('sharp has embedded no profile');
  return icc;
}

/** A camera's file: upright pixels, no profile, enlarged or reduced to a number of megapixels. */
async function camera({ bytes }: Photo, megapixels?: number): Promise<Sharp> {
  const upright = sharp(bytes).autoOrient();
  if (megapixels === undefined) return upright.jpeg(CAMERA);
  const { autoOrient } = await sharp(bytes).metadata();
  const factor = Math.sqrt((megapixels * 1e6) / (autoOrient.width * autoOrient.height));
  const width = Math.round(autoOrient.width * factor);
  return upright.resize({ width }).jpeg(CAMERA);
}

function svg(width: number, height: number, body: string): Sharp {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">`;
  return sharp(Buffer.from(`${head}<rect width="100%" height="100%" fill="#fff"/>${body}</svg>`));
}

const lines = (count: number, step: number, size: number) =>
  Array.from(
    { length: count },
    (_, index) =>
      `<text x="${60 + (index % 3) * 8}" y="${(index + 2) * step}" font-size="${size}">${index + 1}. The pipeline writes each output, then its manifest, ${index * 37} bytes.</text>`,
  ).join('');

/** A page of a program: areas of one colour, text, and a photo. */
async function screenshot({ bytes }: Photo): Promise<Buffer> {
  const photo = await sharp(bytes).autoOrient().resize(900, 700, { fit: 'cover' }).toBuffer();
  const panels = `<rect width="480" height="1440" fill="#1e293b"/><rect width="2560" height="72" fill="#e2e8f0"/><g transform="translate(500 40)">${lines(36, 36, 24)}</g>`;
  return svg(2560, 1440, panels)
    .composite([{ input: photo, left: 1560, top: 400 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

async function pages(count: number): Promise<Buffer> {
  const [width, height] = [1654, 2339];
  const made = Array.from({ length: count }, (_, page) =>
    svg(width, height, `<g transform="translate(80 ${page * 9})">${lines(60, 36, 28)}</g>`)
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  const data = Buffer.concat(await Promise.all(made));
  const raw = { width, height: height * count, channels: 3, pageHeight: height } as const;
  return sharp(data, { raw }).tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer();
}

async function animation(frames: number): Promise<Buffer> {
  const [width, height] = [640, 480];
  const scene = paintScene(width + frames * 8, height, 3).data;
  const image = { width: width + frames * 8, height, channels: 3 } as const;
  const made = Array.from({ length: frames }, (_, left) =>
    sharp(scene, { raw: image })
      .extract({ left: left * 8, top: 0, width, height })
      .raw()
      .toBuffer(),
  );
  const data = Buffer.concat(await Promise.all(made));
  const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const;
  return sharp(data, { raw }).gif({ effort: 1 }).toBuffer();
}

async function bytesOf(kind: Kind, photo: Photo, megapixels?: number): Promise<[Buffer, string]> {
  switch (kind) {
    case 'photo':
      return [photo.bytes, path.extname(photo.name).slice(1) || 'jpg'];
    case 'upright':
      return [await (await camera(photo, megapixels)).toBuffer(), 'jpg'];
    case 'rotated':
      return [await (await camera(photo)).withMetadata({ orientation: 6 }).toBuffer(), 'jpg'];
    case 'p3': {
      const jpeg = await (await camera(photo, megapixels)).toBuffer();
      return [attachProfile(jpeg, await profile('p3')), 'jpg'];
    }
    case 'gif':
      return [await animation(24), 'gif'];
    case 'screenshot':
      return [await screenshot(photo), 'png'];
    case 'tiff16': {
      const image = sharp(photo.bytes).autoOrient().resize({ width: 3000 }).toColourspace('rgb16');
      return [await image.tiff({ compression: 'lzw' }).toBuffer(), 'tif'];
    }
    case 'document':
      return [await pages(3), 'tif'];
    case 'tiny':
      return [await sharp(photo.bytes).resize(8, 8).jpeg().toBuffer(), 'jpg'];
  }
}

/** Kinds that each photo has one of; of the others one file is enough. */
const OF_EACH: readonly Kind[] = ['photo'];

/** Writes the uploads of a job into a folder. @returns their paths */
export async function makeSources(
  kind: Kind,
  photos: readonly Photo[],
  { folder, megapixels }: { readonly folder: string; readonly megapixels?: number | undefined },
): Promise<readonly string[]> {
  const used = OF_EACH.includes(kind) ? photos : photos.slice(0, 1);
  return Promise.all(
    used.map(async (photo, index) => {
      const [bytes, extension] = await bytesOf(kind, photo, megapixels);
      const file = path.join(folder, `${kind}-${megapixels ?? 'own'}-${index}.${extension}`);
      await writeFile(file, bytes);
      return file;
    }),
  );
}

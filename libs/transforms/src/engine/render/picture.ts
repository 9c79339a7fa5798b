import sharp, { type Sharp } from 'sharp';
import type { AnyPixels } from '../../bound-transform.ts';
import type { Facts } from '../../image-engine.ts';
import type { Stage } from '../../plan/render-plan.ts';
import { pngOfPixels } from '../decoders/png-of-pixels.ts';

/** Pixels of one frame in memory: raw, or an uncompressed PNG if the pixels need a profile. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Bytes in memory. */
  readonly bytes: number;
  readonly channels: number;
  readonly data: Buffer | Uint16Array;
  open(): Sharp;
}

/** Pixels between two stages. All frames of an animation have the same size. */
export interface Picture {
  readonly frames: readonly Frame[];
  /** Results of the analysing steps so far, by transform name. */
  readonly facts?: Readonly<Record<string, Facts>>;
}

interface RawInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

export function rawFrame(data: Buffer | Uint16Array, info: RawInfo): Frame {
  const { width, height } = info;
  const channels = info.channels as 1 | 2 | 3 | 4;
  return {
    width,
    height,
    channels,
    data,
    bytes: data.byteLength,
    // The limits are already checked, and the pixels are already in memory.
    open: () => sharp(data, { raw: { width, height, channels }, limitInputPixels: false }),
  };
}

/** As fast as TIFF. A TIFF would keep the floating-point pixels of sharp's `blur` and `sharpen`. */
const PLAIN_PNG = { compressionLevel: 0 } as const;

function pngFrame(data: Buffer, info: RawInfo): Frame {
  return {
    ...info,
    data,
    bytes: data.byteLength,
    open: () => sharp(data, { limitInputPixels: false, ignoreIcc: true }).keepIccProfile(),
  };
}

/** Other pixels in the colours of a frame that has a profile. */
export async function framedLike(frame: Frame, pixels: AnyPixels): Promise<Frame> {
  const { icc } = await sharp(frame.data, { limitInputPixels: false }).metadata();
  const depth = pixels.data instanceof Uint16Array ? 16 : 8;
  const { width, height, channels } = pixels;
  const header = { width, height, channels, depth, ...(icc ? { icc } : {}) } as const;
  return pngFrame(pngOfPixels(header, pixels.data), { width, height, channels });
}

/** Makes a pipeline end and composite in 16-bit pixels; sharp otherwise composites in 8-bit sRGB (pipeline.cc, 819). */
export function inSixteenBits(image: Sharp): Sharp {
  return image.pipelineColourspace('rgb16').toColourspace('rgb16');
}

/**
 * Runs a lazy pipeline and returns its pixels in the stage's mode. For grey pixels, sharp's raw output would contain only
 * the grey channel, without alpha (pipeline.cc, 1176): an intermediate PNG keeps all channels.
 */
export async function frameOf(
  pipeline: Sharp,
  { mode, operations }: Pick<Stage, 'mode' | 'operations'>,
): Promise<Frame> {
  const grey = operations.some(({ slots }) => slots?.includes('grayscale') ?? true);
  const deep = mode.depth === 16;
  if (deep) inSixteenBits(pipeline);
  const image =
    grey && !mode.keepColours
      ? sharp(await pipeline.png(PLAIN_PNG).toBuffer(), { limitInputPixels: false })
      : pipeline;
  if (deep) inSixteenBits(image);
  if (mode.keepColours) {
    const { data, info } = await image
      .keepIccProfile()
      .png(PLAIN_PNG)
      .toBuffer({ resolveWithObject: true });
    return pngFrame(data, info);
  }
  const { data, info } = await image
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return rawFrame(deep ? asUint16(data) : data, info);
}

/** The samples of sharp's 16-bit output. */
export function asUint16(data: Buffer): Uint16Array {
  const { buffer, byteOffset, byteLength } = data;
  return byteOffset % 2 === 0
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint16Array(Uint8Array.from(data).buffer);
}

/** Splits the tall picture that libvips makes from an animation into its frames. */
export function framesOf(tall: Frame, pages: number): Picture {
  const height = tall.height / pages;
  const length = tall.data.length / pages;
  return {
    frames: Array.from({ length: pages }, (_, page) =>
      rawFrame(tall.data.subarray(page * length, (page + 1) * length), { ...tall, height }),
    ),
  };
}

/** Joins the frames and opens them for an encoder that writes animations. */
export function openAnimation({ frames }: Picture): Sharp {
  const [first] = frames;
  if (!first) throw new Error('an animation without frames');
  const data = Buffer.concat(frames.map((frame) => frame.data as Buffer));
  return openFrames({ ...first, height: first.height * frames.length, data }, first.height);
}

/** Opens a tall picture as an animation. `height` is the height of one frame, pixels. */
export function openFrames(
  tall: Pick<Frame, 'width' | 'height' | 'channels' | 'data'>,
  height: number,
): Sharp {
  return sharp(tall.data, {
    raw: {
      width: tall.width,
      height: tall.height,
      channels: tall.channels as 3 | 4,
      pageHeight: height,
    },
    limitInputPixels: false,
  });
}

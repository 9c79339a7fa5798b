import type { Facts } from '../../image-engine.ts';
import sharp, { type Sharp } from 'sharp';
import type { Stage } from '../../plan/render-plan.ts';

/** Pixels of one frame in memory: raw, or as a PNG without compression where a profile has to travel with them. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Bytes in memory. */
  readonly bytes: number;
  readonly channels: number;
  readonly data: Buffer | Uint16Array;
  open(): Sharp;
}

/** Pixels between two stages; an animation has several frames, all of one size. */
export interface Picture {
  readonly frames: readonly Frame[];
  /** What steps on the way here have found out, by their transform's name. */
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
    // Limits were checked before anything was decoded, and what is here is in memory already.
    open: () => sharp(data, { raw: { width, height, channels }, limitInputPixels: false }),
  };
}

/** As fast as a TIFF, which would keep the floating-point numbers that sharp's `blur` and `sharpen` leave behind. */
const PLAIN_PNG = { compressionLevel: 0 } as const;

function pngFrame(data: Buffer, info: RawInfo): Frame {
  return {
    ...info,
    data,
    bytes: data.byteLength,
    open: () => sharp(data, { limitInputPixels: false, ignoreIcc: true }).keepIccProfile(),
  };
}

/** Has a pipeline end in 16-bit pixels, and composite in them: sharp does that in 8-bit sRGB otherwise (pipeline.cc, 819). */
export function inSixteenBits(image: Sharp): Sharp {
  return image.pipelineColourspace('rgb16').toColourspace('rgb16');
}

/**
 * Runs a lazy pipeline and keeps its pixels as the stage's mode says. Where it makes them grey, raw output would be the one
 * grey channel without alpha (pipeline.cc, 1176): a PNG in between has them all.
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

function asUint16(data: Buffer): Uint16Array {
  const { buffer, byteOffset, byteLength } = data;
  return byteOffset % 2 === 0
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint16Array(Uint8Array.from(data).buffer);
}

/** Cuts the tall picture that libvips makes of an animation into its frames. */
export function framesOf(tall: Frame, pages: number): Picture {
  const height = tall.height / pages;
  const length = tall.data.length / pages;
  return {
    frames: Array.from({ length: pages }, (_, page) =>
      rawFrame(tall.data.subarray(page * length, (page + 1) * length), { ...tall, height }),
    ),
  };
}

/** The opposite, opened for an encoder that writes animations. */
export function openAnimation({ frames }: Picture): Sharp {
  const [first] = frames;
  if (!first) throw new Error('an animation without frames');
  const data = Buffer.concat(frames.map((frame) => frame.data as Buffer));
  return openFrames({ ...first, height: first.height * frames.length, data }, first.height);
}

/** Opens a tall picture as the animation that it is; `height` is that of a frame, pixels. */
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

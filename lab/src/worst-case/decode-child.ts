import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { cpu, status } from './process-status.ts';

/** What the parent sends: a file, and how to decode it. */
export interface DecodeOrder {
  readonly file: string;
  readonly animated: boolean;
  /** Pixels that the picture is reduced to. */
  readonly width: number;
}

/** What the child answers once for each order. */
export interface Used {
  /** User and system time of reading the header and decoding, seconds. */
  readonly cpuSeconds: number;
  /** The part of it that reading the header took. */
  readonly openingSeconds: number;
  /** Peak of the resident memory above what the process had with the file in memory, MiB. */
  readonly memory: number;
  /** Bytes of the pixels that came out; they are in `memory` too. */
  readonly outputBytes: number;
  /** Why the picture was not decoded. */
  readonly error?: string;
}

async function decode({ file, animated, width }: DecodeOrder): Promise<Used> {
  const source = readFileSync(file);
  // As libs/transforms/src/engine opens uploads.
  const options = { failOn: 'error', limitInputPixels: false, animated } as const;
  globalThis.gc?.();
  // Resets the peak (proc(5), clear_refs).
  writeFileSync('/proc/self/clear_refs', '5');
  const [memory, started] = [status('VmRSS'), cpu()];
  let opened = started;
  let outputBytes = 0;
  const used = () => ({
    cpuSeconds: cpu() - started,
    openingSeconds: opened - started,
    memory: status('VmHWM') - memory,
    outputBytes,
  });
  try {
    await sharp(source, options).metadata();
    opened = cpu();
    const image = sharp(source, options);
    // The engine lays down all frames as they are (libs/transforms/src/engine).
    if (!animated) image.resize({ width, withoutEnlargement: true });
    outputBytes = (await image.raw().toBuffer()).length;
    return used();
  } catch (error) {
    return { ...used(), error: String(error) };
  }
}

if (process.send !== undefined) {
  sharp.cache(false);
  sharp.concurrency(1);
  // Loads what every decode needs.
  await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
    .png()
    .toBuffer()
    .then((png) => sharp(png).resize({ width: 4 }).raw().toBuffer());
  process.once('message', (order: DecodeOrder) => {
    void decode(order).then((used) => process.send?.(used, () => process.exit(0)));
  });
}

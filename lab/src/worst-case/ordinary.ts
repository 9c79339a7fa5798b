import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeCost, openingSeconds, scanStructure, SOURCE_FORMATS } from '@darkroom/transforms';
import type { Quantity } from './families.ts';
import { shrinkFor } from './search.ts';
import { measureDecode, measureUpload } from './measure.ts';
import type { UploadOrder } from './upload-child.ts';

/** Names of formats by their files' endings, where the two differ. */
const ENDINGS: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff' };
/** Width of an ordinary thumbnail, pixels. */
const WIDTH = 320;
const RUNS = 3;
/** MiB that the heap of a process has left over: less cannot be measured. */
const LEAST_MIB = 2;
/** MiB that the heap grows by for the engine's own code. */
const LEAST_UPLOAD_MIB = 5;
const MOST = { cpuSeconds: 100, memory: 4000 } as const;

/** Three widths, each as WebP and as JPEG. */
const VARIANTS: UploadOrder['variants'] = [320, 640, 1280].flatMap((width) =>
  ['webp', 'jpeg'].map((format) => [
    'rotate',
    { resize: { width, withoutEnlargement: true } },
    { encode: format },
  ]),
);
const MIB = 1024 * 1024;

/** Estimated by used. */
export interface OrdinaryFile {
  readonly file: string;
  readonly format: string;
  readonly ratio: Readonly<Record<Quantity, number>>;
  readonly estimated: Readonly<Record<Quantity, number>>;
  readonly used: Readonly<Record<Quantity, number>>;
  /** Memory of the whole upload, estimated by used. */
  readonly uploadMemory: number;
}

/** Compares the estimates of the files in a folder with the least that their decodes use in three runs. */
export async function* measureOrdinary(folder: string): AsyncGenerator<OrdinaryFile> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names.sort()) {
    const ending = path.extname(name).slice(1).toLowerCase();
    const format = ENDINGS[ending] ?? ending;
    if (!SOURCE_FORMATS.some((known) => known === format)) continue;
    const file = path.join(folder, name);
    const { structure } = scanStructure(await readFile(file), format);
    if (!structure) continue;
    const shrink = shrinkFor(structure, WIDTH);
    const cost = decodeCost(structure, { animated: false, shrink });
    const estimated = { ...cost, cpuSeconds: cost.cpuSeconds + openingSeconds(structure) };
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      const order = { file, animated: false, width: WIDTH };
      runs.push(await measureDecode(order, MOST));
    }
    if (runs.some(({ error }) => error !== undefined)) continue;
    // Once: the machine's other work does not change the memory.
    const upload = await measureUpload({ file, variants: VARIANTS, most: MOST }, MOST);
    if (!upload.estimated || upload.error !== undefined) continue;
    const used = {
      cpuSeconds: Math.min(...runs.map(({ cpuSeconds }) => cpuSeconds)),
      memory: Math.min(...runs.map(({ memory, outputBytes }) => memory - outputBytes / MIB)),
    };
    const ratio = {
      cpuSeconds: estimated.cpuSeconds / used.cpuSeconds,
      memory: estimated.memory / Math.max(LEAST_MIB, used.memory),
    };
    const uploadMemory = upload.estimated.memory / Math.max(LEAST_UPLOAD_MIB, upload.used.memory);
    yield { file: name, format, ratio, estimated, used, uploadMemory };
  }
}

/** The middle value; 0 without values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

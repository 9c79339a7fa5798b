import { readFileSync, writeFileSync } from 'node:fs';
import { decodersOf, partsIn, RECIPE_FORMATS } from '@darkroom/pipeline';
import {
  builtinTransforms,
  createCatalog,
  isAnimation,
  NO_PLACEHOLDER,
} from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import sharp from 'sharp';
import { type Cost, cpu, status } from './process-status.ts';

/** What the parent sends: an upload, and the steps of its variants. */
export interface UploadOrder {
  readonly file: string;
  readonly variants: readonly (readonly unknown[])[];
  /** The variants are made of so many of its frames, at the same distance. Left out: of the file. */
  readonly frames?: number | undefined;
  /** The page that is made, from 1. Left out: the first. */
  readonly page?: number | undefined;
  /** An upload that is estimated to cost more is not rendered. */
  readonly most: Cost;
}

/** What the child answers once. */
export interface MeasuredUpload {
  /** Left out if the engine does not accept the upload, or if the estimate is unknown or too high. */
  readonly estimated?: Cost;
  /** CPU time of inspecting and rendering the upload once, and the peak of all that the child did with it. */
  readonly used: Cost;
  readonly error?: string;
}

/** The second rendering finds the heap that the first one left, and compiled code. */
const RENDERINGS = 2;

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog, decoders: decodersOf([{ formats: RECIPE_FORMATS }]) });

type Pictures = Pick<UploadOrder, 'variants' | 'frames' | 'page'>;

async function requestOf(source: Buffer, { variants, frames, page }: Pictures) {
  const facts = await engine.inspect(source, page);
  const made = variants.map((steps, index) => ({
    name: `v${index}`,
    steps: catalog.stepsSchema.parse(steps),
  }));
  if (frames === undefined || !isAnimation(facts))
    return { recipe: 'photos', facts, variants: made };
  const wanted = partsIn({ from: 1, evenly: frames }, facts.pages);
  return {
    ...{ recipe: 'photos', facts: await engine.inspect(source, 'frames') },
    placeholder: NO_PLACEHOLDER,
    variants: wanted.flatMap((frame) =>
      made.map(({ name, steps }) => ({ name: `${name}-f${frame}`, steps, frame })),
    ),
  };
}

async function render(source: Buffer, pictures: Pictures) {
  const request = await requestOf(source, pictures);
  for await (const _ of engine.render({ ...request, source })) void _;
}

async function measure({ file, most, ...pictures }: UploadOrder): Promise<MeasuredUpload> {
  // Loads what every upload needs: then the process is as idle as a function between two uploads.
  const small = { width: 64, height: 48, channels: 3, background: '#123' } as const;
  await render(await sharp({ create: small }).jpeg().toBuffer(), { ...pictures, page: 1 });
  globalThis.gc?.();
  // Resets the peak (proc(5), clear_refs).
  writeFileSync('/proc/self/clear_refs', '5');
  const idle = status('VmRSS');
  let cpuSeconds = 0;
  let estimated: Cost | undefined;
  const answer = () => ({
    ...(estimated && { estimated }),
    used: { cpuSeconds, memory: status('VmHWM') - idle },
  });
  try {
    const source = readFileSync(file);
    const { decoding, memory } = engine.estimate(await requestOf(source, pictures));
    if (!decoding || decoding.cpuSeconds > most.cpuSeconds || memory > most.memory) return answer();
    estimated = { cpuSeconds: decoding.cpuSeconds, memory };
    const times: number[] = [];
    for (let time = 0; time < RENDERINGS; time += 1) {
      const started = cpu();
      await render(source, pictures);
      times.push(cpu() - started);
    }
    cpuSeconds = Math.min(...times);
    return answer();
  } catch (error) {
    return { ...answer(), error: String(error) };
  }
}

if (process.send !== undefined) {
  process.once('message', (order: UploadOrder) => {
    void measure(order).then((measured) => process.send?.(measured, () => process.exit(0)));
  });
}

import { readFileSync, writeFileSync } from 'node:fs';
import {
  decodersOf,
  describeUpload,
  inspectUpload,
  MemoryBudget,
  partsIn,
  RECIPE_FORMATS,
  reconcile,
} from '@darkroom/pipeline';
import { KEY, letters, manifestOf } from '@darkroom/pipeline/testing';
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
  /** The one variant joins so many of its pages or frames, at the same distance. The whole pipeline makes it. */
  readonly joins?: { readonly parts: 'pages' | 'frames'; readonly count: number } | undefined;
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

type Pictures = Pick<UploadOrder, 'variants' | 'frames' | 'page' | 'joins'>;
/** MiB for the images of a function with the most memory. */
const CAPACITY = 10_240;
const ONE_PAGE = { parts: 'pages', count: 1 } as const;
/** The largest that a stack may have. */
const LIMITS = {
  ...{ pixels: 1_000_000_000, side: 1_000_000, pages: 10_000, cpuSeconds: 900, memory: CAPACITY },
};

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

/** The estimate of the engine, or that of the pipeline for what it joins. */
async function estimateOf(source: Buffer, pictures: Pictures): Promise<Cost | undefined> {
  const { recipe, limits } = joiningOf(pictures) ?? {};
  if (!recipe || !limits) {
    const { decoding, memory } = engine.estimate(await requestOf(source, pictures));
    return decoding && { cpuSeconds: decoding.cpuSeconds, memory };
  }
  const pages = await inspectUpload(source, { recipe, limits, engine });
  const granted = { limits, function: { memory: CAPACITY } };
  const { memory, decodeSeconds } = describeUpload(recipe, pages, engine, granted);
  return decodeSeconds === undefined
    ? undefined
    : { cpuSeconds: decodeSeconds, memory: memory.upload };
}

/** Buckets in memory with the recipe that joins pages or frames. */
function joiningOf({ variants: [steps = []], joins }: Pictures) {
  if (!joins) return undefined;
  const variant = { name: 'sheet', [joins.parts]: { evenly: joins.count }, steps };
  const buckets = letters(
    { variants: [variant], placeholder: false } as unknown as Parameters<typeof letters>[0],
    { engine, limits: LIMITS, memory: new MemoryBudget(CAPACITY) },
  );
  return { buckets, recipe: buckets.recipes[0], limits: buckets.limits };
}

async function render(source: Buffer, pictures: Pictures) {
  const joining = joiningOf(pictures);
  if (joining) {
    joining.buckets.source.place(KEY, source);
    await reconcile(KEY, joining.buckets);
    const manifest = manifestOf(joining.buckets);
    if (manifest?.status !== 'done' || manifest.outputs.length === 0)
      throw new Error(JSON.stringify(manifest));
    return;
  }
  const request = await requestOf(source, pictures);
  for await (const _ of engine.render({ ...request, source })) void _;
}

async function measure({ file, most, ...pictures }: UploadOrder): Promise<MeasuredUpload> {
  // Loads what every upload needs: then the process is as idle as a function between two uploads.
  const small = { width: 64, height: 48, channels: 3, background: '#123' } as const;
  const first = { ...pictures, page: 1, ...(pictures.joins && { joins: ONE_PAGE }) };
  await render(await sharp({ create: small }).jpeg().toBuffer(), first);
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
    const found = await estimateOf(source, pictures);
    if (!found || found.cpuSeconds > most.cpuSeconds || found.memory > most.memory) return answer();
    estimated = found;
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

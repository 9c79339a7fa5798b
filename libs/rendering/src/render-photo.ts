import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  catalog,
  checkBytes,
  CLOSING_MS,
  describeUpload,
  inspectUpload,
  imagesAtOnce,
  type Manifest,
  MemoryBudget,
  type PipelineError,
  type Recipe,
  recipeHash,
  reconcile,
  type Settings,
  toPipelineError,
  uploadMemory,
  readersOf,
} from '@darkroom/pipeline';
import { useTransformBundle } from '@darkroom/pipeline/transform-files';
import { type ImageEngine, readSideFileName } from '@darkroom/transforms';
import {
  compareFiles,
  compareWithSource,
  createEngine,
  readShot,
  type Shot,
} from '@darkroom/transforms/engine';
import { LocalStore, writeObjects } from './local-store.ts';

/** What a worker process renders. Plain data: it is sent between processes. */
export interface RenderTask {
  readonly recipe: Recipe;
  readonly limits: Settings['limits'];
  /** MiB and seconds of the function. */
  readonly function: Pick<Settings['function'], 'memory' | 'timeout'>;
  /** Folder of the side files. */
  readonly sideFiles: string;
  readonly file: string;
  /** Below the prefix of the recipe. */
  readonly key: string;
  /** Own transforms, bundled. */
  readonly transforms?: { readonly bundle: string; readonly folder: string };
  /** Folder for outputs and manifest; left out, they are measured only. */
  readonly out?: string | undefined;
  /** Also compares the outputs with the source, and describes the plan. */
  readonly measures?: boolean;
  /** Renders the photo with this recipe too, and compares the outputs of variants of the same name. */
  readonly against?: Pick<RenderTask, 'recipe' | 'limits' | 'function' | 'sideFiles'> | undefined;
}

export interface RenderedVariant {
  readonly name: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Structural similarity to the source, if the task measures it and the output has the source's shape; 1 means equal. */
  readonly ssim?: number;
}

export interface RenderedPhoto {
  readonly status: 'done' | 'rejected' | 'failed';
  /** Why the photo was rejected or could not be processed. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly variants: readonly RenderedVariant[];
  readonly skipped: readonly { readonly variant: string; readonly message: string }[];
  /** User and system time of all threads, milliseconds. */
  readonly cpuMs: number;
  readonly uploadBytes: number;
  /** With the manifest. */
  readonly outputBytes: number;
  readonly writes: number;
  readonly reads: number;
  /** MiB of the smallest function that accepts the upload; 0 if it is rejected. */
  readonly memory: number;
  /** The stages for people, if the task measures. */
  readonly plan?: string;
  /** From EXIF, if the task measures. */
  readonly shot?: Shot;
  readonly comparison?: RenderedComparison;
}

/** One variant as both recipes make it. */
export interface ComparedVariant {
  readonly name: string;
  readonly one: RenderedVariant & { readonly data: string };
  readonly other: RenderedVariant & { readonly data: string };
  /** Structural similarity of both, 1 for equal pictures. */
  readonly ssim?: number;
}

export interface RenderedComparison {
  readonly other: Omit<RenderedPhoto, 'comparison'>;
  readonly pairs: readonly ComparedVariant[];
  /** Variants of one recipe only. */
  readonly unpaired: readonly string[];
}

// The terminal sends Ctrl-C to all processes. The pool ends this one.
process.on('SIGINT', () => undefined);
// Node calls listeners between two synchronous calls, so each written file is complete. `process.exit` would wait for sharp.
process.on('SIGTERM', () => process.kill(process.pid, 'SIGKILL'));

/** Runs in a worker process: its CPU time belongs to one photo at a time. */
export default async function renderPhoto(task: RenderTask): Promise<RenderedPhoto> {
  addTransforms(task);
  await warmUp(task);
  const one = await renderOnce(task);
  if (task.out !== undefined) writeObjects(one.processed, task.out);
  if (task.measures) return measure(one, task);
  if (!task.against) return one.photo;
  const against = { ...task, ...task.against };
  await warmUp(against);
  const other = await renderOnce(against);
  return { ...one.photo, comparison: await compare(one, other) };
}

let addedBundle: string | undefined;

/** Once in each process, before the recipe's hash is computed. */
function addTransforms({ transforms }: RenderTask): void {
  if (!transforms || transforms.bundle === addedBundle) return;
  useTransformBundle(transforms.bundle, transforms.folder);
  addedBundle = transforms.bundle;
}

interface Rendering {
  readonly photo: Omit<RenderedPhoto, 'comparison'>;
  readonly processed: LocalStore;
  readonly keys: ReadonlyMap<string, string>;
}

async function renderOnce(task: RenderTask, source?: Uint8Array): Promise<Rendering> {
  const counts = { writes: 0, reads: 0 };
  const processed = new LocalStore('processed', counts);
  const uploads = new LocalStore('uploads', counts);
  const key = task.recipe.match.prefix + task.key;
  const size = source?.byteLength ?? (await stat(task.file)).size;
  const tooLarge = checkBytes(size, task.limits);
  // The function does not read such an object either.
  if (tooLarge) return rejection(tooLarge, size);
  const bytes = source ?? (await readFile(task.file));
  uploads.place(key, bytes);
  const engine = engineOf(task);
  const before = process.cpuUsage();
  const result = await attempt(task, engine, { key, uploads, processed });
  const { user, system } = process.cpuUsage(before);
  const outputBytes = [...processed.objects.values()].reduce(
    (sum, { body }) => sum + body.byteLength,
    0,
  );
  const outputs = result.manifest?.outputs ?? [];
  return {
    processed,
    keys: new Map(outputs.map((output) => [output.variant, output.key])),
    photo: {
      status: result.error ? (result.manifest ? 'rejected' : 'failed') : 'done',
      ...(result.error && { error: result.error }),
      variants: outputs.map(({ variant, contentType, width, height, bytes }) => ({
        ...{ name: variant, contentType, width, height, bytes },
      })),
      skipped:
        result.manifest?.status === 'done'
          ? (result.manifest.skipped ?? []).map(({ variant, message }) => ({ variant, message }))
          : [],
      cpuMs: (user + system) / 1000,
      uploadBytes: bytes.byteLength,
      outputBytes,
      ...counts,
      memory: result.error ? 0 : await functionMemory(task, engine, bytes),
    },
  };
}

function rejection({ code, message }: PipelineError, uploadBytes: number): Rendering {
  return {
    processed: new LocalStore('processed', { writes: 0, reads: 0 }),
    keys: new Map(),
    photo: {
      status: 'rejected',
      error: { code, message },
      ...{ variants: [], skipped: [], cpuMs: 0, uploadBytes, outputBytes: 0 },
      ...{ writes: 0, reads: 0, memory: 0 },
    },
  };
}

interface Attempt {
  readonly manifest?: Manifest;
  readonly error?: RenderedPhoto['error'];
}

/** Processes one upload as the function does. */
async function attempt(
  { recipe, limits, function: { memory, timeout } }: RenderTask,
  engine: ImageEngine,
  { key, uploads, processed }: Record<'uploads' | 'processed', LocalStore> & { key: string },
): Promise<Attempt> {
  try {
    const outcome = await reconcile(
      key,
      {
        source: uploads,
        processed,
        recipes: [recipe],
        limits,
        engine,
        memory: new MemoryBudget(uploadMemory(memory)),
        vcpus: imagesAtOnce(memory),
      },
      { signal: AbortSignal.timeout(timeout * 1000 - CLOSING_MS) },
    );
    if (outcome.kind === 'acknowledged')
      return { error: { code: outcome.code, message: `no recipe matches the key ${key}` } };
    const { manifest } = outcome;
    if (manifest.status === 'done') return { manifest };
    const { code, message } = manifest.error;
    return { manifest, error: { code, message } };
  } catch (cause) {
    const { code, message } = toPipelineError(cause);
    return { error: { code, message } };
  }
}

function engineOf({ recipe, sideFiles }: RenderTask): ImageEngine {
  return createEngine({
    catalog,
    ...readersOf([recipe]),
    readSideFile: async (name) => {
      const { from, path: file } = readSideFileName(name);
      if (from === 'bucket')
        throw new Error(`${name} is in the source bucket, which a local run does not read`);
      return readFile(path.join(sideFiles, file));
    },
  });
}

async function functionMemory(
  task: RenderTask,
  engine: ImageEngine,
  bytes: Uint8Array,
): Promise<number> {
  return (await describe(task, engine, bytes)).memory.function;
}

async function describe(
  { recipe, limits, function: lambda }: RenderTask,
  engine: ImageEngine,
  bytes: Uint8Array,
) {
  const pages = await inspectUpload(bytes, { recipe, limits, engine });
  return describeUpload(recipe, pages, engine, { limits, function: lambda });
}

async function measure(rendering: Rendering, task: RenderTask): Promise<RenderedPhoto> {
  const { photo } = rendering;
  if (photo.status !== 'done') return photo;
  const source = await readFile(task.file);
  const variants: RenderedVariant[] = [];
  for (const variant of photo.variants) {
    const body = bodyOf(rendering, variant.name);
    // Sharp does not read files of all formats: PDF pages and copies of other files stay without a number.
    const ssim = body && (await compareWithSource(body, source).catch(() => undefined));
    variants.push(ssim === undefined ? variant : { ...variant, ssim });
  }
  const { text: plan } = await describe(task, engineOf(task), source);
  return { ...photo, variants, plan, shot: await readShot(source) };
}

/** A JPEG of 64×48 pixels. */
const SMALL_PICTURE =
  '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAwAEADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAwIEBv/EACMQAAIBAwQCAwEAAAAAAAAAAAECAAMRIRIxQWFRcYGRsfD/xAAZAQACAwEAAAAAAAAAAAAAAAACBAADBgH/xAAhEQADAAEDBQEBAAAAAAAAAAAAAQIRAxIxIUGhsfBx8f/aAAwDAQACEQMRAD8A55UiLTiIkZKcPTjcDNgLSiLRjWC4tcygrHr1LXOnLxyxiLYQogbyxTXzFFMDeWq+FgNSuy9jM2EKa+5a018GKFPNhKVeyfUF7c8DM2YUSLp0jG5lU0iBLv6xJFOdPpyzNzXUNKcsAnC7RNNzpG0sLbA3k3JLC/oxNhhAvZlhT6EQJpwBcywljnJle7HTj7yNTYSoOBLC9/UXR5+hKC/HQgOsDM2Yqa2F5aJZb2iItkMsJgCSaxK/PZmpsNU0r3LVNOAMxAuehLVLZ5M46xx2+8jM2GqcDeWqcDbzECcDbmUE6xwJW6GZsNUsMYHmWqWG1ooQ/P5KC8/xgusDM2f/2Q==';

const warm = new Set<string>();

/** Node compiles code at its first use. The small picture uses the same code, which would otherwise count for the first photo. */
async function warmUp(task: RenderTask): Promise<void> {
  const hash = recipeHash(task.recipe, task.limits);
  if (warm.has(hash)) return;
  warm.add(hash);
  await renderOnce({ ...task, key: 'small.jpg' }, Buffer.from(SMALL_PICTURE, 'base64'));
}

async function compare(one: Rendering, other: Rendering): Promise<RenderedComparison> {
  const others = new Map(other.photo.variants.map((variant) => [variant.name, variant]));
  const names = new Set(one.photo.variants.map(({ name }) => name));
  const pairs: ComparedVariant[] = [];
  for (const variant of one.photo.variants) {
    const match = others.get(variant.name);
    const [first, second] = [bodyOf(one, variant.name), bodyOf(other, variant.name)];
    if (!match || !first || !second) continue;
    const ssim = await compareFiles(first, second);
    pairs.push({
      name: variant.name,
      one: { ...variant, data: dataUrl(variant, first) },
      other: { ...match, data: dataUrl(match, second) },
      ...(ssim !== undefined && { ssim }),
    });
  }
  const unpaired = [...names]
    .filter((name) => !others.has(name))
    .concat([...others.keys()].filter((name) => !names.has(name)));
  return { other: other.photo, pairs, unpaired };
}

function bodyOf({ processed, keys }: Rendering, variant: string): Uint8Array | undefined {
  return processed.objects.get(keys.get(variant) ?? '')?.body;
}

function dataUrl({ contentType }: RenderedVariant, body: Uint8Array): string {
  return `data:${contentType};base64,${Buffer.from(body).toString('base64')}`;
}

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { costSettings, defaultPrices, uploadCost } from '@darkroom/economics';
import { type ManifestOutput, outputKeys, parseManifest, type Recipe } from '@darkroom/pipeline';
import { type RenderedPhoto, RenderPool } from '@darkroom/rendering';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { ConsolePipeline } from '../console-pipeline.ts';
import { ApiError } from '../errors.ts';

/** The largest photo, bytes. */
export const MAX_PHOTO_BYTES = 50 * 1024 * 1024;
/** The longest rendering: then its process ends, milliseconds. */
const RENDERING_MS = 30_000;
/** Most pixels of a photo. */
const MAX_PIXELS = 100_000_000;
/** Photos and renderings that are kept. */
const KEPT = 6;
/** Uploads of a rendering are below this prefix, whatever the recipe matches. */
const PREFIX = 'playground/';

export interface Rendering extends Omit<RenderedPhoto, 'comparison'> {
  readonly id: string;
  /** US dollars per million such uploads; null if the photo is not done. */
  readonly dollarsPerMillion: number | null;
}

interface Kept {
  readonly folder: string;
  readonly outputs: readonly ManifestOutput[];
}

/**
 * Renders photos with recipes that are not deployed, in one process with the real engine. Photos and outputs are in a
 * temporary folder.
 */
export class Playground {
  #folder: Promise<string> | undefined;
  #pool: RenderPool | undefined;
  readonly #photos = new Map<string, string>();
  readonly #renderings = new Map<string, Kept>();

  /** @returns the name of the photo */
  async addPhoto(bytes: Uint8Array): Promise<string> {
    const name = createHash('sha256').update(bytes).digest('hex');
    if (this.#photos.has(name)) return name;
    const file = path.join(await this.#temporary(), name);
    await writeFile(file, bytes);
    keep(this.#photos, name, file, (old) => rm(old, { force: true }));
    return name;
  }

  /**
   * Reads an upload.
   *
   * @throws ApiError `TOO_LARGE`, and errors of S3
   */
  async addUpload({ s3, sourceBucket: Bucket }: ConsolePipeline, key: string): Promise<string> {
    const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    if (ContentLength > MAX_PHOTO_BYTES)
      throw new ApiError(413, 'TOO_LARGE', 'The playground reads photos of up to 50 MiB');
    return this.addPhoto((await Body?.transformToByteArray()) ?? new Uint8Array());
  }

  /**
   * @param signal ends the rendering's process
   * @param measures also compares with the source and describes the plan
   * @throws ApiError `NO_PHOTO` or `TOO_SLOW`
   */
  async render(
    { settings, sideFiles }: ConsolePipeline,
    recipe: Recipe,
    photo: string,
    signal: AbortSignal,
    measures = false,
  ): Promise<Rendering> {
    const file = this.#photos.get(photo);
    if (file === undefined)
      throw new ApiError(404, 'NO_PHOTO', 'This photo is not kept any more: choose it again');
    const id = randomUUID();
    const folder = path.join(await this.#temporary(), id);
    const key = `photo${recipe.match.suffixes?.[0] ?? ''}`;
    const here = { ...recipe, match: { ...recipe.match, prefix: PREFIX } };
    const tooSlow = AbortSignal.timeout(RENDERING_MS);
    this.#pool ??= new RenderPool(1);
    const { comparison: _, ...rendered } = await this.#pool
      .render(
        {
          ...{ file, key, recipe: here, out: folder, sideFiles: sideFiles ?? '', measures },
          function: settings.function,
          limits: {
            ...settings.limits,
            pixels: Math.min(settings.limits.pixels, MAX_PIXELS),
          },
        },
        AbortSignal.any([signal, tooSlow]),
      )
      .catch((error: unknown) => {
        if (tooSlow.aborted)
          throw new ApiError(422, 'TOO_SLOW', 'The recipe takes more than 30 s for this photo', {
            cause: error,
          });
        throw error;
      });
    const manifest = await readFile(path.join(folder, outputKeys(PREFIX + key, here).manifest))
      .then(parseManifest)
      .catch(() => undefined);
    const kept = { folder, outputs: manifest?.outputs ?? [] };
    keep(this.#renderings, id, kept, (old) => rm(old.folder, { recursive: true, force: true }));
    return { id, ...rendered, dollarsPerMillion: costOf(rendered, settings) };
  }

  /** @throws ApiError `NOT_FOUND` */
  async output(id: string, variant: string): Promise<{ type: string; bytes: Uint8Array }> {
    const kept = this.#renderings.get(id);
    const output = kept?.outputs.find((other) => other.variant === variant);
    if (!kept || !output) throw new ApiError(404, 'NOT_FOUND', 'This output is not kept any more');
    return {
      type: output.contentType,
      bytes: await readFile(path.join(kept.folder, output.key)),
    };
  }

  async stop(): Promise<void> {
    await this.#pool?.stop();
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  #temporary(): Promise<string> {
    this.#folder ??= mkdtemp(path.join(tmpdir(), 'darkroom-playground-'));
    return this.#folder;
  }
}

/** Adds an entry, and removes the oldest one above the limit. */
function keep<Value>(
  entries: Map<string, Value>,
  name: string,
  value: Value,
  remove: (value: Value) => Promise<void>,
): void {
  entries.set(name, value);
  const [oldest] = entries;
  if (entries.size <= KEPT || !oldest) return;
  entries.delete(oldest[0]);
  // A process that was just ended may still write there. `stop` removes the folder above.
  remove(oldest[1]).catch(() => undefined);
}

function costOf(
  photo: Omit<RenderedPhoto, 'comparison'>,
  settings: ConsolePipeline['settings'],
): number | null {
  if (photo.status !== 'done') return null;
  const { cpuMs, writes, reads, uploadBytes, outputBytes, memory } = photo;
  const use = { cpuSeconds: cpuMs / 1000, writes, reads, uploadBytes, outputBytes, memory };
  return uploadCost(use, costSettings(settings), defaultPrices).total;
}

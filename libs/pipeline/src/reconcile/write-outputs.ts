import { createHash } from 'node:crypto';
import { OUTPUT_FILES, type Rendered, type RenderedOutput } from '@darkroom/transforms';
import type { Job } from './make-outputs.ts';
import type { DoneManifest, ManifestOutput } from '../contract/manifest.ts';
import type { OutputFolder } from './output-folder.ts';
import { labelled, type Origin } from './output-label.ts';
import { settle } from './settle.ts';

/**
 * Puts each output as soon as it is made, and waits for all of them, also when making the others fails.
 * @param there outputs that need not be made
 */
export async function writeOutputs(
  job: Job,
  folder: OutputFolder,
  rendered: AsyncIterable<Rendered> | Iterable<Rendered>,
  origin: Origin,
  there: readonly ManifestOutput[],
): Promise<Pick<DoneManifest, 'outputs' | 'placeholder'>> {
  const puts: Promise<ManifestOutput>[] = [];
  let placeholder: DoneManifest['placeholder'];
  let failed = false;
  try {
    for await (const item of rendered) {
      if (failed) break;
      if (item.kind === 'placeholder') {
        const { kind: _, ...parts } = item;
        placeholder = parts;
        continue;
      }
      const put = putOutput(job, folder, item, origin);
      put.catch(() => (failed = true));
      puts.push(put);
    }
  } finally {
    // A failed write hides what the rendering threw: it may have happened all the same, which needs a new attempt.
    await settle(puts);
  }
  const outputs = [...there, ...(await Promise.all(puts))];
  const order = job.recipe.variants.map(({ name }) => name);
  outputs.sort((a, b) => order.indexOf(a.variant) - order.indexOf(b.variant));
  return { outputs, ...(placeholder && { placeholder }) };
}

async function putOutput(
  { keys, recipe }: Job,
  folder: OutputFolder,
  { variant, bytes, format, width, height, fit, facts }: RenderedOutput,
  origin: Origin,
): Promise<ManifestOutput> {
  const key = keys.output(variant, format);
  const { contentType } = OUTPUT_FILES[format];
  const output = {
    variant,
    key,
    format,
    contentType,
    width,
    height,
    bytes: bytes.byteLength,
    ...(fit !== undefined && { fit }),
    ...(facts !== undefined && { facts }),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const eTag = await folder.put(key, bytes, {
    contentType,
    cacheControl: recipe.cacheControl,
    metadata: labelled(output, origin),
  });
  return { ...output, eTag };
}

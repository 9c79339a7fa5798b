import { isDeepStrictEqual } from 'node:util';
import { manifestSchema, parseManifest } from '@darkroom/pipeline';
import type { StackInfo } from '@darkroom/local/api';
import { metadataOf, outputFolder } from '../testing/contract.ts';
import type { Application, StoredObject } from './application.ts';
import type { SampleUpload } from './sample-uploads.ts';

const MANIFEST = 'manifest.json';
const referenceKey = (index: number) => `uploads/reference/${index}`;

/** What an upload makes when nothing disturbs it, by its name in the folder of the upload's outputs. */
type Outputs = ReadonlyMap<string, StoredObject>;

/** The outputs of every sample, made without faults before them: what an upload of it has to make, whatever happens. */
export class ReferenceOutputs {
  readonly #outputs: ReadonlyMap<SampleUpload, Outputs>;
  readonly #info: StackInfo;
  /** The uploads that it was made of, which stay. */
  readonly uploads: ReadonlyMap<string, SampleUpload>;

  private constructor(
    info: StackInfo,
    uploads: ReadonlyMap<string, SampleUpload>,
    outputs: ReadonlyMap<SampleUpload, Outputs>,
  ) {
    this.#info = info;
    this.uploads = uploads;
    this.#outputs = outputs;
  }

  /** @throws Error where a sample does not come out as it has to, so that the rest would compare wrong with wrong */
  static async make(
    application: Application,
    info: StackInfo,
    samples: readonly SampleUpload[],
  ): Promise<ReferenceOutputs> {
    const uploads = new Map(samples.map((sample, index) => [referenceKey(index), sample]));
    for (const [key, sample] of uploads) await application.perform({ kind: 'upload', key, sample });
    await application.untilIdle();
    const listed = [...(await application.list(info.processedBucket)).keys()];
    const outputs = new Map<SampleUpload, Outputs>();
    for (const [key, sample] of uploads) {
      const folder = outputFolder(key, info.recipes);
      const made = new Map<string, StoredObject>();
      for (const at of listed.filter((name) => name.startsWith(folder)))
        made.set(at.slice(folder.length), await application.read(info.processedBucket, at));
      requireOutcome(sample, made);
      outputs.set(sample, made);
    }
    return new ReferenceOutputs(info, uploads, outputs);
  }

  /** Every object that an upload of this sample has to leave in the processed bucket, by its key. */
  objectsOf(key: string, sample: SampleUpload): Map<string, StoredObject> {
    const folder = outputFolder(key, this.#info.recipes);
    const outputs = this.#outputs.get(sample) ?? new Map<string, StoredObject>();
    return new Map(
      [...outputs].map(([name, { metadata, ...object }]) => [
        folder + name,
        {
          ...object,
          body: name === MANIFEST ? manifestFor(key, folder, object.body) : object.body,
          metadata: {
            ...withoutSource(metadata),
            ...metadataOf(key, metadata['recipe'] ?? '', metadata['recipe-hash'] ?? ''),
          },
        },
      ]),
    );
  }
}

export function sameObject(a: StoredObject, b: StoredObject): boolean {
  return a.body.equals(b.body) && isDeepStrictEqual({ ...a, body: 0 }, { ...b, body: 0 });
}

function withoutSource({ 'source-key': _, ...rest }: StoredObject['metadata']) {
  return rest;
}

/** The same manifest, of another key, to the byte. */
function manifestFor(key: string, folder: string, body: Buffer): Buffer {
  const manifest = manifestSchema.parse(JSON.parse(body.toString()));
  const own = {
    ...manifest,
    source: { ...manifest.source, key },
    outputs: manifest.outputs.map((output) => ({
      ...output,
      key: folder + output.key.slice(output.key.lastIndexOf('/') + 1),
    })),
  };
  return Buffer.from(JSON.stringify(own, null, 2) + '\n');
}

function requireOutcome({ name, outcome }: SampleUpload, made: Outputs): void {
  const manifest = parseManifest(made.get(MANIFEST)?.body ?? Buffer.alloc(0));
  const actual = manifest?.status === 'rejected' ? manifest.error.code : manifest?.status;
  if (actual !== outcome) throw new Error(`"${name}" undisturbed: ${actual}, not ${outcome}`);
}

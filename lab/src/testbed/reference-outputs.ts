import { formatManifest, parseManifest, type Manifest } from '@darkroom/pipeline';
import type { StackInfo } from '@darkroom/console-api';
import { metadataOf, outputFolder } from '../testing/contract.ts';
import type { Application, StoredObject } from './application.ts';
import type { SampleUpload } from './sample-uploads.ts';

const MANIFEST = 'manifest.json';
const referenceKey = (index: number) => `uploads/reference/${index}`;

/** Outputs of an undisturbed upload, by their name in its output folder. */
type Outputs = ReadonlyMap<string, StoredObject>;

/** The outputs of every sample, made without faults. Later uploads of the sample must have the same outputs. */
export class ReferenceOutputs {
  readonly #outputs: ReadonlyMap<SampleUpload, Outputs>;
  readonly #info: StackInfo;
  /** The uploads that the reference was made of. They stay in the bucket. */
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

  /** @throws Error if a sample has a wrong outcome, because later comparisons would be meaningless */
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

  /**
   * All objects that an upload of this sample must have in the processed bucket, by key.
   * @param versionId of the upload
   */
  objectsOf(key: string, sample: SampleUpload, versionId: string): Map<string, StoredObject> {
    const folder = outputFolder(key, this.#info.recipes);
    const outputs = this.#outputs.get(sample) ?? new Map<string, StoredObject>();
    return new Map(
      [...outputs].map(([name, { metadata, ...object }]) => [
        folder + name,
        {
          ...object,
          body:
            name === MANIFEST ? manifestFor(object.body, { key, folder, versionId }) : object.body,
          metadata: {
            ...withoutSource(metadata),
            ...metadataOf(key, metadata['recipe'] ?? '', metadata['recipe-hash'] ?? ''),
          },
        },
      ]),
    );
  }
}

function withoutSource({ 'source-key': _, ...rest }: StoredObject['metadata']) {
  return rest;
}

/** The bytes of the manifest for another upload of the same bytes. */
export function manifestFor(
  body: Buffer,
  { key, folder, versionId }: { key: string; folder: string; versionId: string },
): Buffer {
  const manifest = parseManifest(body);
  if (!manifest) throw new Error(`not a manifest: ${body.toString()}`);
  const own = {
    ...manifest,
    source: { ...manifest.source, key, versionId },
    outputs: manifest.outputs.map((output) => ({
      ...output,
      key: folder + output.key.slice(output.key.lastIndexOf('/') + 1),
    })),
  };
  return Buffer.from(formatManifest(own as Manifest));
}

function requireOutcome({ name, outcome }: SampleUpload, made: Outputs): void {
  const manifest = parseManifest(made.get(MANIFEST)?.body ?? Buffer.alloc(0));
  const actual = manifest?.status === 'rejected' ? manifest.error.code : manifest?.status;
  if (actual !== outcome) throw new Error(`"${name}" undisturbed: ${actual}, not ${outcome}`);
}

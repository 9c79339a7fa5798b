import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { outputKeys, parseManifest, selectRecipe, type Manifest } from '@darkroom/pipeline';
import pLimit from 'p-limit';
import type { StackInfo } from '@darkroom/console-api';
import type { Sample } from './samples.ts';

/** Uploads at once. */
const UPLOADS = 4;
/** Between two questions for the same outcome, ms. */
const PAUSE_MS = 150;

/** What became of a sample; without a manifest nothing did in time, or no recipe is for its key. */
export interface SampleResult {
  readonly sample: Sample;
  readonly key: string;
  /** Of the upload. */
  readonly bytes: number;
  readonly manifest?: Manifest;
  readonly hasRecipe: boolean;
  /** From the end of the upload to the outcome, ms; absent where the same upload had its outcome before. */
  readonly tookMs?: number;
}

export interface RunOptions {
  readonly s3: S3Client;
  readonly stack: StackInfo;
  /** `uploads/demo/` */
  readonly prefix: string;
  readonly samples: readonly Sample[];
  /** For all of them together, ms. */
  readonly timeLimitMs: number;
  readonly onUploaded: () => void;
  readonly onOutcome: () => void;
}

/** `"abc"` and `abc` are the same version. */
function bare(eTag: string | undefined): string {
  return (eTag ?? '').replaceAll('"', '');
}

async function readManifest(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<Manifest | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body && parseManifest(await Body.transformToByteArray());
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/** Uploads the samples and waits for the outcome of each, for as long as the time limit allows. */
export async function runSamples(options: RunOptions): Promise<SampleResult[]> {
  const { s3, stack, prefix, samples, onUploaded, onOutcome } = options;
  const deadline = Date.now() + options.timeLimitMs;
  const limit = pLimit(UPLOADS);

  async function run(sample: Sample): Promise<SampleResult> {
    const key = prefix + sample.name;
    const recipe = selectRecipe(stack.recipes, key);
    const at =
      recipe && outputKeys(key, { variants: recipe.variants.map((name) => ({ name })) }).manifest;
    const ask = async () =>
      at === undefined ? undefined : readManifest(s3, stack.processedBucket, at);

    const { eTag, bytes, before, uploadedAt } = await limit(async () => {
      const body = await sample.bytes();
      const earlier = await ask();
      const put = await s3.send(
        new PutObjectCommand({
          Bucket: stack.sourceBucket,
          Key: key,
          Body: body,
          ContentType: sample.contentType,
        }),
      );
      return {
        eTag: bare(put.ETag),
        bytes: body.byteLength,
        before: earlier,
        uploadedAt: performance.now(),
      };
    });
    onUploaded();
    const result = { sample, key, bytes, hasRecipe: at !== undefined };
    while (at !== undefined && Date.now() < deadline) {
      const manifest = await ask();
      if (manifest && bare(manifest.source.eTag) === eTag) {
        onOutcome();
        const wasThere = before !== undefined && bare(before.source.eTag) === eTag;
        return {
          ...result,
          manifest,
          ...(!wasThere && { tookMs: performance.now() - uploadedAt }),
        };
      }
      await sleep(PAUSE_MS);
    }
    onOutcome();
    return result;
  }

  return Promise.all(samples.map(run));
}

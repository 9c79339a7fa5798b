import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  type Manifest,
  manifestSchema,
  outputKeys,
  type Recipe,
  selectRecipe,
} from '@darkroom/pipeline';
import sharp from 'sharp';
import { DeployError } from './deploy-error.ts';
import type { StackFile } from './prerequisites.ts';
import type { Outputs } from './pulumi.ts';

const PAUSE_MS = 1_000;

export interface SmokeTest {
  readonly sample: Sample;
  readonly manifest: Manifest;
  readonly seconds: number;
}

/**
 * One upload through the deployed pipeline, and away again.
 *
 * @param patienceMs how long the manifest may take: a first start and, at worst, one more attempt
 * @throws DeployError `SMOKE_TEST` that says where to look
 */
export async function smokeTest(
  { region, profile, settings }: StackFile,
  outputs: Outputs,
  patienceMs = (settings.queue.batchWindow + 2 * settings.function.timeout + 60) * 1000,
): Promise<SmokeTest> {
  const s3 = new S3Client({ region, ...(profile !== undefined && { profile }) });
  const begun = performance.now();
  try {
    const sample = await sampleFor(settings.recipes, `darkroom-smoke-test-${randomUUID()}`);
    const { ETag, VersionId } = await s3.send(
      new PutObjectCommand({ Bucket: outputs.sourceBucket, Key: sample.key, Body: sample.body }),
    );
    const keys = outputKeys(sample.key, sample.recipe);
    try {
      const manifest = await waitForManifest(s3, outputs, keys.manifest, ETag, patienceMs);
      await checkOutputs(s3, outputs.processedBucket, manifest);
      return { sample, manifest, seconds: (performance.now() - begun) / 1000 };
    } finally {
      await cleanUp(s3, outputs, { key: sample.key, prefix: keys.prefix, versionId: VersionId });
    }
  } finally {
    s3.destroy();
  }
}

async function waitForManifest(
  s3: S3Client,
  { processedBucket, deadLetterQueueUrl, dashboardUrl }: Outputs,
  key: string,
  eTag: string | undefined,
  patienceMs: number,
): Promise<Manifest> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const manifest = await readManifest(s3, processedBucket, key);
    if (manifest && `"${manifest.source.eTag}"` === eTag) return done(manifest);
    if (performance.now() > end)
      throw new DeployError(
        'SMOKE_TEST',
        `No manifest ${processedBucket}/${key} after ${Math.round(patienceMs / 1000)} s. Look at the dashboard ` +
          `(${dashboardUrl}), at the function's log, and into the dead letters (${deadLetterQueueUrl}): docs/runbook.md.`,
      );
    await delay(PAUSE_MS);
  }
}

function done(manifest: Manifest): Manifest {
  if (manifest.status === 'done') return manifest;
  const { code, message } = manifest.error;
  throw new DeployError('SMOKE_TEST', `The sample was rejected, ${code}: ${message}`);
}

async function readManifest(
  s3: S3Client,
  Bucket: string,
  Key: string,
): Promise<Manifest | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return manifestSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

async function checkOutputs(s3: S3Client, Bucket: string, { outputs }: Manifest): Promise<void> {
  for (const { key: Key, bytes } of outputs) {
    const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    if (ContentLength !== bytes)
      throw new DeployError(
        'SMOKE_TEST',
        `${Bucket}/${Key} has ${ContentLength} bytes, its manifest says ${bytes}.`,
      );
  }
}

/** A picture that the stack has a recipe for. */
export interface Sample {
  readonly key: string;
  readonly recipe: Recipe;
  readonly body: Buffer;
}

const WIDTH = 640;
const HEIGHT = 480;
/** That sharp writes, the usual first. */
const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;

/** @throws DeployError `SMOKE_TEST` where no recipe takes a format that we can make */
export async function sampleFor(recipes: readonly Recipe[], name: string): Promise<Sample> {
  for (const { match, formats } of recipes) {
    const key = `${match.prefix}${name}${match.suffixes?.[0] ?? '.jpg'}`;
    const format = FORMATS.find((one) => formats.includes(one));
    const recipe = selectRecipe(recipes, key);
    if (format && recipe) return { key, recipe, body: await picture(format) };
  }
  throw new DeployError('SMOKE_TEST', 'No recipe takes a format that a sample could be made in.');
}

/** A colour gradient: something to resize. */
function picture(format: (typeof FORMATS)[number]): Promise<Buffer> {
  const gradient = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><defs><linearGradient id="g"><stop stop-color="#8a6f52"/><stop offset="1" stop-color="#2b4a6f"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`;
  return sharp(Buffer.from(gradient)).flatten().toFormat(format).toBuffer();
}

export interface SmokeTestObjects {
  readonly key: string;
  /** Of the outputs. */
  readonly prefix: string;
  readonly versionId: string | undefined;
}

/** Takes the sample away with its history, and then its outputs: a recipe may keep them, and the pipeline may be broken. */
export async function cleanUp(
  s3: S3Client,
  { sourceBucket, processedBucket }: Outputs,
  { key, prefix, versionId }: SmokeTestObjects,
): Promise<void> {
  const source = { Bucket: sourceBucket, Key: key };
  const { VersionId: marker } = await s3.send(new DeleteObjectCommand(source));
  // A versioned bucket has hidden it behind a marker.
  for (const version of [marker, versionId])
    if (version !== undefined && version !== 'null')
      await s3.send(new DeleteObjectCommand({ ...source, VersionId: version }));
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: processedBucket, Prefix: prefix });
  for await (const { Contents = [] } of pages)
    for (const { Key } of Contents)
      await s3.send(new DeleteObjectCommand({ Bucket: processedBucket, Key }));
}

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
  type Settings,
} from '@darkroom/pipeline';
import sharp from 'sharp';
import { DeployError } from './deploy-error.ts';
import type { Outputs } from './pulumi.ts';
import { clientConfig, type StackFile } from './stack-file.ts';

const PAUSE_MS = 1_000;

/** "Usually within five minutes" (Amazon S3 user guide, "Enabling event notifications"): twice that. */
const SETTLING_MS = 10 * 60_000;
/** An event of the time before may never arrive, so one upload is not enough. */
const AGAIN_MS = 30_000;

export interface SmokeTestOptions {
  /** When the bucket's notifications or rules last changed. */
  readonly changed?: Date | undefined;
  readonly print?: (line: string) => void;
  /** How long the manifest may take after the notifications have settled: a first start and, at worst, one retry. */
  readonly patienceMs?: number;
  readonly againMs?: number;
  readonly pauseMs?: number;
}

export interface SmokeTest {
  readonly sample: Sample;
  readonly manifest: Manifest;
  readonly seconds: number;
}

/**
 * One upload through the deployed pipeline, and away again. If the notifications changed in the last ten minutes, the
 * test uploads the sample again every 30 s.
 *
 * @throws DeployError `SMOKE_TEST` that says where to look
 */
export async function smokeTest(
  file: StackFile,
  outputs: Outputs,
  {
    changed,
    print = () => undefined,
    patienceMs = patienceOf(file.settings),
    againMs = AGAIN_MS,
    pauseMs = PAUSE_MS,
  }: SmokeTestOptions = {},
): Promise<SmokeTest> {
  const s3 = new S3Client(clientConfig(file));
  const begun = performance.now();
  const sample = await sampleFor(file.settings.recipes, `darkroom-smoke-test-${randomUUID()}`);
  const uploads: Uploaded[] = [];
  const upload = async () => {
    const object = { Bucket: outputs.sourceBucket, Key: sample.key, Body: sample.body };
    uploads.push(await s3.send(new PutObjectCommand(object)));
  };
  const settling = changed === undefined ? 0 : Math.max(0, SETTLING_MS + +changed - Date.now());
  const { prefix, manifest: manifestKey } = outputKeys(sample.key, sample.recipe);
  try {
    await upload();
    const manifest = await waitForManifest(s3, outputs, manifestKey, {
      ...{ uploads, pauseMs, patienceMs: settling + patienceMs },
      ...(settling > 0 && {
        againMs,
        again: () => {
          if (uploads.length === 1) print(settlingNotice(settling));
          return upload();
        },
      }),
    });
    await checkOutputs(s3, outputs.processedBucket, manifest);
    return { sample, manifest, seconds: (performance.now() - begun) / 1000 };
  } finally {
    const versionIds = uploads.flatMap(({ VersionId }) => VersionId ?? []);
    await cleanUp(s3, outputs, { key: sample.key, prefix, versionIds });
  }
}

/** Milliseconds for a first attempt that takes all its time, a second one, and the start of the function. */
function patienceOf({ queue, function: { timeout } }: Settings): number {
  return (queue.batchWindow + 2 * timeout + 60) * 1000;
}

function settlingNotice(settlingMs: number): string {
  return (
    'S3 applies new notifications usually within five minutes, and an event before that may never arrive: ' +
    `the sample is uploaded again every ${AGAIN_MS / 1000} s, for up to ${Math.ceil(settlingMs / 60_000)} minutes…`
  );
}

interface Uploaded {
  readonly ETag?: string | undefined;
  readonly VersionId?: string | undefined;
}

interface Waiting {
  readonly uploads: readonly Uploaded[];
  readonly patienceMs: number;
  readonly pauseMs: number;
  /** Uploads the sample again, every `againMs`. */
  readonly again?: () => Promise<void>;
  readonly againMs?: number;
}

async function waitForManifest(
  s3: S3Client,
  { processedBucket, deadLetterQueueUrl, dashboardUrl }: Outputs,
  key: string,
  { uploads, patienceMs, pauseMs, again, againMs = Infinity }: Waiting,
): Promise<Manifest> {
  const end = performance.now() + patienceMs;
  let next = performance.now() + againMs;
  for (;;) {
    const manifest = await readManifest(s3, processedBucket, key);
    // With SSE-KMS each upload of the same bytes has another ETag.
    if (manifest && uploads.some(({ ETag }) => `"${manifest.source.eTag}"` === ETag))
      return done(manifest);
    if (performance.now() > end)
      throw new DeployError(
        'SMOKE_TEST',
        `No manifest ${processedBucket}/${key} after ${Math.round(patienceMs / 1000)} s. Look at the dashboard ` +
          `(${dashboardUrl}), at the function's log, and into the dead letters (${deadLetterQueueUrl}): docs/runbook.md.`,
      );
    if (again && performance.now() >= next) {
      await again();
      next = performance.now() + againMs;
    }
    await delay(pauseMs);
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
    return manifestSchema.parse(JSON.parse(String(await Body?.transformToString())));
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
  /** Of all uploads of the sample. */
  readonly versionIds: readonly string[];
}

/** Takes the sample away with its history, and then its outputs: a recipe may keep them, and the pipeline may be broken. */
export async function cleanUp(
  s3: S3Client,
  { sourceBucket, processedBucket }: Outputs,
  { key, prefix, versionIds }: SmokeTestObjects,
): Promise<void> {
  const source = { Bucket: sourceBucket, Key: key };
  const { VersionId: marker } = await s3.send(new DeleteObjectCommand(source));
  // A versioned bucket has hidden it behind a marker.
  for (const version of [marker, ...versionIds])
    if (version !== undefined && version !== 'null')
      await s3.send(new DeleteObjectCommand({ ...source, VersionId: version }));
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: processedBucket, Prefix: prefix });
  for await (const { Contents = [] } of pages)
    for (const { Key } of Contents)
      await s3.send(new DeleteObjectCommand({ Bucket: processedBucket, Key }));
}

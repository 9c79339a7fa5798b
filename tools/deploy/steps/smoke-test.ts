import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { manifestSchema, outputKeys, type Manifest } from '@darkroom/pipeline';
import { DeployError } from '../deploy-error.ts';
import { cleanUp } from './clean-up.ts';
import type { StackFile } from './read-stack.ts';
import { sampleFor, type Sample } from './sample.ts';
import type { Outputs } from './update.ts';

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

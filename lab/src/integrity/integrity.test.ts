/** No byte that changes on its way becomes an output, and none is lost with it. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkBuckets } from '../testbed/check-buckets.ts';
import { Reference } from '../testbed/reference-outputs.ts';
import type { Fault } from '../fault-proxy/faults.ts';
import type { PlannedFault } from '../chaos/fault-plan.ts';
import { startRig, type Rig } from '../testbed/testbed.ts';
import { CHAOS_PIPELINE } from '../testbed/pipeline-settings.ts';
import { makeBlobs, type Blob } from '../testbed/sample-uploads.ts';
import type { AwsRequest } from '../fault-proxy/aws-request.ts';
import type { Faults } from '../fault-proxy/fault-proxy.ts';

/** Seconds: an attempt that fails comes again soon. */
const VISIBILITY_TIMEOUT = 12;

/** Strikes once for each key that names its fault, `uploads/ACTOR OPERATION FAULT SIZE NAME`. */
class FaultsByKey implements Faults {
  readonly struck = new Set<string>();

  next({ actor, operation, key = '' }: AwsRequest): PlannedFault | undefined {
    const [, asked, kind, size] = /^uploads\/(\w+ \w+) ([\w-]+) ([\d.]+) /.exec(key) ?? [];
    if (asked !== `${actor} ${operation}` || this.struck.has(key)) return undefined;
    this.struck.add(key);
    return { kind: kind as Fault, size: Number(size) };
  }
}

const FAULTS: readonly string[] = [
  // At the beginning, in the middle, at the end of what is read.
  ...[0, 0.5, 0.99].map((size) => `function GetObject response-corrupted ${size}`),
  ...[0, 0.5, 0.99].map((size) => `function GetObject response-shortened ${size}`),
  ...[0.3, 0.9].map((size) => `function GetObject response-truncated ${size}`),
  ...[0, 0.6, 0.99].map((size) => `function PutObject request-corrupted ${size}`),
  ...[0, 0.6, 0.99].map((size) => `application PutObject request-corrupted ${size}`),
];

let rig: Rig;
let blobs: Blob[];
let reference: Reference;
const faults = new FaultsByKey();

beforeAll(async () => {
  blobs = await makeBlobs();
  rig = await startRig({ pipeline: CHAOS_PIPELINE, faults, concurrency: 2 });
  reference = await Reference.make(rig.application, rig.info, blobs);
  await rig.application.setVisibilityTimeout(VISIBILITY_TIMEOUT);
});

afterAll(() => rig.stop());

test('corrupted and shortened bodies are seen, whatever the client gave with its upload', async () => {
  const uploads = new Map(reference.uploads);
  const plainClient = new S3Client({
    endpoint: rig.proxy.endpoint('application'),
    region: rig.info.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    // As an old client does it: S3 makes the checksum.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  for (const [index, fault] of FAULTS.entries()) {
    const blob = blobs[index % 20];
    if (!blob) throw new Error('there are twenty pictures');
    const key = `uploads/${fault} a`;
    uploads.set(key, blob);
    await rig.application.perform({ kind: 'upload', key, blob });
    // Nothing protects its own request.
    if (fault.startsWith('application')) continue;
    const Key = `uploads/${fault} b`;
    const Bucket = rig.info.sourceBucket;
    await plainClient.send(new PutObjectCommand({ Bucket, Key, Body: blob.body }));
    uploads.set(Key, blob);
  }
  plainClient.destroy();
  await rig.application.quiet();
  expect(await checkBuckets(rig.application, rig.info, uploads, reference)).toEqual([]);
  expect(await rig.application.takeDeadLetters()).toEqual([]);
  const isReached = ([key]: [string, Blob]) => /\/\w+ (Get|Put)Object/.test(key);
  expect([...faults.struck].filter((key) => uploads.has(key)).sort()).toEqual(
    [...uploads]
      .filter(isReached)
      .map(([key]) => key)
      .filter((key) => !key.startsWith('uploads/function PutObject'))
      .sort(),
  );
});

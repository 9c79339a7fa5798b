/** Changed bytes never become an output, and no upload is lost. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkBuckets } from '../testbed/check-buckets.ts';
import { ReferenceOutputs } from '../testbed/reference-outputs.ts';
import type { Fault } from '../fault-proxy/faults.ts';
import type { PlannedFault } from '../fault-proxy/faults.ts';
import { startTestbed, type Testbed } from '../testbed/testbed.ts';
import { TESTBED_PIPELINE } from '../testbed/pipeline-settings.ts';
import { makeSampleUploads, type SampleUpload } from '../testbed/sample-uploads.ts';
import type { AwsRequest } from '../fault-proxy/aws-request.ts';
import type { Faults } from '../fault-proxy/faults.ts';

/** Injects one fault for each key that names it, `uploads/ACTOR OPERATION FAULT SIZE NAME`. */
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
  // At the start, in the middle and at the end of the body.
  ...[0, 0.5, 0.99].map((size) => `function GetObject response-corrupted ${size}`),
  ...[0, 0.5, 0.99].map((size) => `function GetObject response-shortened ${size}`),
  ...[0.3, 0.9].map((size) => `function GetObject response-truncated ${size}`),
  ...[0, 0.6, 0.99].map((size) => `function PutObject request-corrupted ${size}`),
  ...[0, 0.6, 0.99].map((size) => `application PutObject request-corrupted ${size}`),
];

let testbed: Testbed;
let samples: SampleUpload[];
let reference: ReferenceOutputs;
const faults = new FaultsByKey();

beforeAll(async () => {
  samples = await makeSampleUploads();
  testbed = await startTestbed({
    // No process is killed, so no attempt may end by time.
    pipeline: { ...TESTBED_PIPELINE, function: { timeout: 60, memory: 3538 } },
    faults,
    concurrency: 2,
  });
  reference = await ReferenceOutputs.make(testbed.application, testbed.info, samples);
});

afterAll(() => testbed.stop());

test('detects changed and shortened bodies, with and without a checksum of the client', async () => {
  const uploads = new Map(reference.uploads);
  const plainClient = new S3Client({
    endpoint: testbed.proxy.endpoint('application'),
    region: testbed.info.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    // Like an old client: S3 computes the checksum.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  for (const [index, fault] of FAULTS.entries()) {
    const sample = samples[index % 20];
    if (!sample) throw new Error('there are twenty pictures');
    const key = `uploads/${fault} a`;
    uploads.set(key, sample);
    await testbed.application.perform({ kind: 'upload', key, sample });
    // This client's own request has no checksum.
    if (fault.startsWith('application')) continue;
    const Key = `uploads/${fault} b`;
    const Bucket = testbed.info.sourceBucket;
    await plainClient.send(new PutObjectCommand({ Bucket, Key, Body: sample.body }));
    uploads.set(Key, sample);
  }
  plainClient.destroy();
  await testbed.application.untilIdle();
  expect(await checkBuckets(testbed.application, testbed.info, uploads, reference)).toEqual([]);
  expect(await testbed.application.takeDeadLetters()).toEqual([]);
  const isReached = ([key]: [string, SampleUpload]) => /\/\w+ (Get|Put)Object/.test(key);
  expect([...faults.struck].filter((key) => uploads.has(key)).sort()).toEqual(
    [...uploads]
      .filter(isReached)
      .map(([key]) => key)
      .filter((key) => !key.startsWith('uploads/function PutObject'))
      .sort(),
  );
});

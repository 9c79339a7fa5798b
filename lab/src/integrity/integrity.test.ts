/** No byte that changes on its way becomes an output, and none is lost with it. */
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

test('corrupted and shortened bodies are seen, whatever the client gave with its upload', async () => {
  const uploads = new Map(reference.uploads);
  const plainClient = new S3Client({
    endpoint: testbed.proxy.endpoint('application'),
    region: testbed.info.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
    // As an old client does it: S3 makes the checksum.
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  for (const [index, fault] of FAULTS.entries()) {
    const sample = samples[index % 20];
    if (!sample) throw new Error('there are twenty pictures');
    const key = `uploads/${fault} a`;
    uploads.set(key, sample);
    await testbed.application.perform({ kind: 'upload', key, sample });
    // Nothing protects its own request.
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

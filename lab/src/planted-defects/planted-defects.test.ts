/** The checks find each planted defect, and find nothing without it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBuckets } from '../testbed/check-buckets.ts';
import { ReferenceOutputs } from '../testbed/reference-outputs.ts';
import type { Violation } from '../testbed/check-buckets.ts';
import { startTestbed, type Testbed } from '../testbed/testbed.ts';
import { TESTBED_PIPELINE } from '../testbed/pipeline-settings.ts';
import { makeSampleUploads, type SampleUpload } from '../testbed/sample-uploads.ts';
import { bundleHandlerWithDefects } from './bundle-handler.ts';
import { DEFECT_NAMES, DEFECT_PREFIX, type DefectName } from './defects.ts';
import { SCENARIOS, type Uploads } from './scenarios.ts';

let testbed: Testbed;
let reference: ReferenceOutputs;
let uploads: Uploads;

beforeAll(async () => {
  testbed = await startTestbed({
    // Held requests must not run into the function's timeout.
    pipeline: { ...TESTBED_PIPELINE, function: { timeout: 60, memory: 3538 } },
    faults: { next: () => undefined },
    concurrency: 2,
    makeHandler: bundleHandlerWithDefects,
  });
  const samples = await makeSampleUploads();
  reference = await ReferenceOutputs.make(testbed.application, testbed.info, samples);
  const named = (wanted: string) => samples.find(({ name }) => name === wanted) as SampleUpload;
  uploads = { first: named('jpeg 2'), second: named('jpeg 3') };
});

afterAll(() => testbed.stop());

/** @returns violations of this key */
async function violationsOf(name: DefectName, key: string): Promise<Violation[]> {
  const sample = await SCENARIOS[name](testbed, key, uploads);
  const all = new Map(sample ? [[key, sample]] : []);
  const violations = await checkBuckets(testbed.application, testbed.info, all, reference);
  return violations.filter((violation) => violation.key.startsWith(key));
}

const FOUND_AS: Readonly<Record<DefectName, Violation['kind']>> = {
  'no confirmation': 'output orphaned',
  'no preconditions': 'output wrong',
  'version of the event': 'output wrong',
  'forgotten writes': 'output missing',
};

describe.for(DEFECT_NAMES)('%s', (name) => {
  test('is found', async () => {
    const violations = await violationsOf(name, `${DEFECT_PREFIX}${name}/a.jpg`);
    expect(new Set(violations.map(({ kind }) => kind))).toEqual(new Set([FOUND_AS[name]]));
  });

  test('nothing is found without it', async () => {
    expect(await violationsOf(name, `uploads/sound/${name}/a.jpg`)).toEqual([]);
  });
});

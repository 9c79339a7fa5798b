/** Zero violations mean something: the checks find each defect that they are there for, in the shortest story. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBuckets } from '../testbed/check-buckets.ts';
import { Reference } from '../testbed/reference-outputs.ts';
import type { Violation } from '../testbed/violation.ts';
import { startRig, type Rig } from '../testbed/testbed.ts';
import { CHAOS_PIPELINE } from '../testbed/pipeline-settings.ts';
import { makeBlobs, type Blob } from '../testbed/sample-uploads.ts';
import { bundlePlantedHandler } from './bundle-handler.ts';
import { DEFECT_NAMES, PLANTED_PREFIX, type DefectName } from './defect-names.ts';
import { SCENARIOS, type Uploads } from './scenarios.ts';

let rig: Rig;
let reference: Reference;
let uploads: Uploads;

beforeAll(async () => {
  rig = await startRig({
    // Requests are held for as long as it takes, which is not the function's fault.
    pipeline: { ...CHAOS_PIPELINE, function: { timeout: 60, memory: 3538 } },
    faults: { next: () => undefined },
    concurrency: 2,
    makeHandler: bundlePlantedHandler,
  });
  const blobs = await makeBlobs();
  reference = await Reference.make(rig.application, rig.info, blobs);
  const named = (wanted: string) => blobs.find(({ name }) => name === wanted) as Blob;
  uploads = { first: named('jpeg 2'), second: named('jpeg 3') };
});

afterAll(() => rig.stop());

/** @returns what is wrong with this key */
async function violationsOf(name: DefectName, key: string): Promise<Violation[]> {
  const blob = await SCENARIOS[name](rig, key, uploads);
  const all = new Map(blob ? [[key, blob]] : []);
  const violations = await checkBuckets(rig.application, rig.info, all, reference);
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
    const violations = await violationsOf(name, `${PLANTED_PREFIX}${name}/a.jpg`);
    expect(new Set(violations.map(({ kind }) => kind))).toEqual(new Set([FOUND_AS[name]]));
  });

  test('nothing is found without it', async () => {
    expect(await violationsOf(name, `uploads/sound/${name}/a.jpg`)).toEqual([]);
  });
});

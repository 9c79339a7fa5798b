import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseSettings } from '@darkroom/pipeline';
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import type { Application } from '../testbed/application.ts';
import { checkBuckets, type Violation } from '../testbed/check-buckets.ts';
import { TESTBED_PIPELINE, VISIBILITY_TIMEOUT } from '../testbed/pipeline-settings.ts';
import { ReferenceOutputs } from '../testbed/reference-outputs.ts';
import { makeSampleUploads } from '../testbed/sample-uploads.ts';
import { startTestbed } from '../testbed/testbed.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { FaultPlan } from './fault-plan.ts';
import { Killer } from './killer.ts';
import { ExpectedState, planOperations, runWorkload } from './workload.ts';

/** Milliseconds between messages that keep the function busy until the last kill is done. */
const KEEP_BUSY_MS = 300;

export interface ChaosOptions {
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  /** Share of S3's requests that meet a fault, 0 to 1. */
  readonly faultRate: number;
  readonly onProgress?: (text: string) => void;
}

/** What one run did and found. */
export interface ChaosFigures {
  readonly seed: number;
  readonly operations: number;
  readonly faultRate: number;
  readonly functionKills: number;
  /** Kills of the whole local stack. */
  readonly stackKills: number;
  /** Keys that restarts found out of date. */
  readonly recovered: number;
  readonly requests: number;
  /** Number of faults of each kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Uploads that exist at the end. */
  readonly keys: number;
  readonly deadLetters: number;
  /** Dead letters caused by faults and kills, redriven at the end. */
  readonly redriven: number;
  readonly violations: number;
  readonly seconds: number;
}

export interface ChaosResult {
  readonly figures: ChaosFigures;
  readonly violations: readonly Violation[];
  /** Requests about the keys of the violations, one line for each. */
  readonly requests: ReadonlyMap<string, readonly string[]>;
}

/**
 * Uploads, overwrites and deletes under faults while processes are killed. Then waits until the queue is empty and
 * compares the buckets with the expected state.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, operations, kills, faultRate, onProgress = () => undefined } = options;
  const begun = performance.now();
  const samples = await makeSampleUploads();
  const plan = new FaultPlan(seed, faultRate);
  plan.pause();
  const testbed = await startTestbed({
    pipeline: TESTBED_PIPELINE,
    faults: plan,
    concurrency: Math.max(3, availableParallelism()),
  });
  try {
    const { application, info, proxy, stack } = testbed;
    await application.setVisibilityTimeout(VISIBILITY_TIMEOUT);
    const reference = await ReferenceOutputs.make(application, info, samples);
    const expected = new ExpectedState();
    for (const [key, sample] of reference.uploads) expected.uploads.set(key, sample);
    onProgress(`${samples.length} reference uploads are processed`);

    plan.resume();
    const killer = new Killer(seed, proxy, stack);
    const planned = planOperations(seed, operations, samples);
    await runWorkload(planned, application, expected, {
      onOperation: (index) => {
        for (let kill = killsBefore(index); kill < killsBefore(index + 1); kill++)
          killer.order(kill);
        if (index % 250 === 0) onProgress(progress(index, killer, proxy));
      },
    });
    onProgress(`${progress(operations, killer, proxy)}; the workload has ended`);
    await keepBusyUntil(killer.done(), application, [...expected.uploads.keys()]);
    await application.untilIdle();

    plan.pause();
    onProgress('the queue is empty');
    const { queue } = parseSettings(TESTBED_PIPELINE, 'chaos');
    const deadLetters = await application.takeDeadLetters();
    const dead = checkDeadLetters(
      deadLetters,
      expected.invalidMessages,
      proxy.journal,
      queue.maxReceiveCount,
    );
    for (const body of dead.redrivable) await application.send(body);
    await application.untilIdle();
    const redriven = await application.takeDeadLetters();
    const after = checkDeadLetters(
      redriven,
      expected.invalidMessages,
      proxy.journal,
      queue.maxReceiveCount,
    );
    const violations = [
      ...dead.violations,
      ...after.violations.filter(({ kind }) => kind === 'dead letter unexplained'),
      ...(await checkBuckets(application, info, expected.uploads, reference)),
    ];
    await stack.stop();
    return {
      figures: {
        ...{ seed, operations, faultRate },
        functionKills: killer.functionKills,
        stackKills: killer.stackKills,
        recovered: stack.recovered,
        requests: proxy.journal.requests,
        faults: Object.fromEntries(proxy.journal.faults()),
        keys: expected.uploads.size,
        deadLetters: deadLetters.length,
        redriven: dead.redrivable.length,
        violations: violations.length,
        seconds: Math.round((performance.now() - begun) / 1000),
      },
      violations,
      requests: new Map(violations.map(({ key }) => [key, proxy.journal.about(uploadOf(key))])),
    };
  } finally {
    await testbed.stop();
  }

  function killsBefore(index: number): number {
    return Math.floor((index * kills) / operations);
  }
}

/** Key of the upload of an output. */
function uploadOf(key: string): string {
  const isOutput = /\/(thumb|web|same|manifest)\.\w+$/.test(key);
  return isOutput ? key.slice(0, key.lastIndexOf('/')) : key;
}

function progress(operations: number, killer: Killer, { journal }: FaultProxy): string {
  const faults = [...journal.faults().values()].reduce((sum, count) => sum + count, 0);
  const { functionKills, stackKills } = killer;
  return `${operations} operations, ${functionKills} + ${stackKills} kills, ${journal.requests} requests, ${faults} faults`;
}

/** Sends messages: a kill waits for a process that handles one. */
async function keepBusyUntil(
  over: Promise<void>,
  application: Application,
  keys: readonly string[],
): Promise<void> {
  let isOver = false;
  void over.finally(() => (isOver = true));
  for (let index = 0; !isOver; index++) {
    const key = keys[index % keys.length];
    if (key !== undefined)
      await application.perform({ kind: 'message', key, eventName: 'ObjectCreated:Put' });
    await delay(KEEP_BUSY_MS);
  }
  await over;
}

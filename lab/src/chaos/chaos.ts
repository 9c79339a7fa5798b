import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseSettings } from '@darkroom/pipeline';
import { checkBuckets } from '../testbed/check-buckets.ts';
import { checkDeadLetters } from './check-dead-letters.ts';
import { Reference } from '../testbed/reference-outputs.ts';
import type { Violation } from '../testbed/violation.ts';
import { FaultPlan } from './fault-plan.ts';
import type { ChaosFigures } from './chaos-figures.ts';
import { Killer } from './killer.ts';
import type { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import { startRig } from '../testbed/testbed.ts';
import { CHAOS_PIPELINE, VISIBILITY_TIMEOUT } from '../testbed/pipeline-settings.ts';
import type { Application } from '../testbed/application.ts';
import { makeBlobs } from '../testbed/sample-uploads.ts';
import { Model } from './expected-state.ts';
import { planOperations } from './operations.ts';
import { runWorkload } from './workload.ts';

/** Milliseconds between messages that keep the function at work until the last kill has struck. */
const KEEP_BUSY_MS = 300;

export interface ChaosOptions {
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  /** Share of S3's requests that meet a fault, 0 to 1. */
  readonly faultRate: number;
  /** Told in words how far it has come. */
  readonly onProgress?: (text: string) => void;
}

export interface ChaosResult {
  readonly figures: ChaosFigures;
  readonly violations: readonly Violation[];
  /** What went through the proxy about the keys of the violations, one line a request. */
  readonly stories: ReadonlyMap<string, readonly string[]>;
}

/**
 * Uploads, overwrites and deletes through faults while processes are killed; waits until all is quiet, and compares what
 * is there with what has to be there.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, operations, kills, faultRate, onProgress = () => undefined } = options;
  const begun = performance.now();
  const blobs = await makeBlobs();
  const plan = new FaultPlan(seed, faultRate);
  plan.pause();
  const rig = await startRig({
    pipeline: CHAOS_PIPELINE,
    faults: plan,
    concurrency: Math.max(3, availableParallelism()),
  });
  try {
    const { application, info, proxy, stack } = rig;
    await application.setVisibilityTimeout(VISIBILITY_TIMEOUT);
    const reference = await Reference.make(application, info, blobs);
    const model = new Model();
    for (const [key, blob] of reference.uploads) model.uploads.set(key, blob);
    onProgress(`${blobs.length} references are made`);

    plan.resume();
    const killer = new Killer(seed, proxy, stack);
    const planned = planOperations(seed, operations, blobs);
    await runWorkload(planned, application, model, {
      onOperation: (index) => {
        for (let kill = killsBefore(index); kill < killsBefore(index + 1); kill++)
          killer.order(kill);
        if (index % 250 === 0) onProgress(progress(index, killer, proxy));
      },
    });
    onProgress(`${progress(operations, killer, proxy)}; the application has ended`);
    await keepBusyUntil(killer.settled(), application, [...model.uploads.keys()]);
    await application.quiet();

    plan.pause();
    onProgress('all is quiet');
    const { queue } = parseSettings(CHAOS_PIPELINE, 'chaos');
    const letters = await application.takeDeadLetters();
    const dead = checkDeadLetters(letters, model.rubbish, proxy.journal, queue.maxReceiveCount);
    for (const body of dead.redrivable) await application.send(body);
    await application.quiet();
    const redriven = await application.takeDeadLetters();
    const after = checkDeadLetters(redriven, model.rubbish, proxy.journal, queue.maxReceiveCount);
    const violations = [
      ...dead.violations,
      ...after.violations.filter(({ kind }) => kind === 'dead letter unexplained'),
      ...(await checkBuckets(application, info, model.uploads, reference)),
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
        keys: model.uploads.size,
        deadLetters: letters.length,
        redriven: dead.redrivable.length,
        violations: violations.length,
        seconds: Math.round((performance.now() - begun) / 1000),
      },
      violations,
      stories: new Map(violations.map(({ key }) => [key, proxy.journal.story(uploadOf(key))])),
    };
  } finally {
    await rig.stop();
  }

  function killsBefore(index: number): number {
    return Math.floor((index * kills) / operations);
  }
}

/** Of the key of an output. */
function uploadOf(key: string): string {
  const isOutput = /\/(thumb|web|same|manifest)\.\w+$/.test(key);
  return isOutput ? key.slice(0, key.lastIndexOf('/')) : key;
}

function progress(operations: number, killer: Killer, { journal }: FaultProxy): string {
  const faults = [...journal.faults().values()].reduce((sum, count) => sum + count, 0);
  const { functionKills, stackKills } = killer;
  return `${operations} operations, ${functionKills} + ${stackKills} kills, ${journal.requests} requests, ${faults} faults`;
}

/** A kill waits for a process that works. */
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

import { setTimeout as delay } from 'node:timers/promises';
import { notification } from '../testing/notification.ts';
import type { AwsRequest } from '../fault-proxy/aws-request.ts';
import type { Testbed } from '../testbed/testbed.ts';
import type { SampleUpload } from '../testbed/sample-uploads.ts';
import type { DefectName } from './defects.ts';

/** Seconds until the message of a killed worker is delivered again. */
const SHORT_VISIBILITY = 10;
const LONG_VISIBILITY = 300;
const PAUSE_MS = 50;

/** The parts of a testbed that a scenario uses. */
export interface ScenarioTestbed extends Pick<Testbed, 'application' | 'info' | 'proxy'> {
  readonly stack: Pick<Testbed['stack'], 'pids' | 'killFunction'>;
}

/** Two uploads with different outputs of the same names. */
export interface Uploads {
  readonly first: SampleUpload;
  readonly second: SampleUpload;
}

/**
 * The shortest scenarios in which a handler with the defect fails and one without it does not (docs/reconcile.md, "What
 * was checked"). Each returns the upload that the key has when the queue is empty; undefined if the key has no upload.
 */
export const SCENARIOS: Readonly<
  Record<
    DefectName,
    (testbed: ScenarioTestbed, key: string, uploads: Uploads) => Promise<SampleUpload | undefined>
  >
> = {
  /** A slow worker writes after the upload was deleted and the deletion was handled. */
  async 'no confirmation'({ application, proxy }, key, { first }) {
    const write = proxy.holds.add(putBelow(key));
    await application.perform({ kind: 'upload', key, sample: first });
    await write.reached;
    await application.perform({ kind: 'delete', key });
    await until(async () => {
      const { waiting, others } = await application.messages();
      return waiting + others === 1;
    });
    write.release();
    await application.untilIdle();
    return undefined;
  },

  /** A worker dies. One of its writes arrives after another worker has handled its message. */
  async 'no preconditions'({ application, proxy, stack }, key, { first, second }) {
    await application.setVisibilityTimeout(SHORT_VISIBILITY);
    const write = proxy.holds.add((request) => isPut(request, `${key}/web.jpg`), {
      most: 1,
      late: true,
    });
    await application.perform({ kind: 'upload', key, sample: first });
    await write.reached;
    await killFunctions(stack);
    await application.perform({ kind: 'upload', key, sample: second });
    await application.untilIdle();
    const arrived = proxy.journal.requests;
    write.release();
    await until(() => Promise.resolve(proxy.journal.requests > arrived));
    await application.untilIdle();
    await application.setVisibilityTimeout(LONG_VISIBILITY);
    return second;
  },

  /** The event of the first upload is delivered again after the second upload was handled. */
  async 'version of the event'({ application, info }, key, { first, second }) {
    await application.perform({ kind: 'upload', key, sample: first });
    await application.untilIdle();
    const eTag = (await application.list(info.sourceBucket)).get(key);
    await application.perform({ kind: 'upload', key, sample: second });
    await application.untilIdle();
    const bucket = info.sourceBucket;
    await application.send(notification({ bucket, key, ...(eTag !== undefined && { eTag }) }));
    await application.untilIdle();
    return second;
  },

  /** The worker dies after it has acknowledged its message. */
  async 'forgotten writes'({ application, stack }, key, { first }) {
    await application.perform({ kind: 'upload', key, sample: first });
    await application.untilIdle();
    await killFunctions(stack);
    return first;
  },
};

const isPut = ({ actor, operation, key }: AwsRequest, wanted: string) =>
  actor === 'function' && operation === 'PutObject' && key === wanted;

const putBelow = (key: string) => (request: AwsRequest) =>
  request.operation === 'PutObject' && request.key?.startsWith(`${key}/`) === true;

async function killFunctions(stack: ScenarioTestbed['stack']): Promise<void> {
  while ((await stack.pids()).functions.length > 0) {
    await stack.killFunction(0);
    await delay(PAUSE_MS);
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(PAUSE_MS);
}

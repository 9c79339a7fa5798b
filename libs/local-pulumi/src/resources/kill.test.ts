import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Program } from '../engine/testing/run.ts';
import { startCloud, type Cloud } from './testing/embedded.ts';
import { program } from './testing/killed-deployment.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.stop());

/** @returns the signal that ended it */
async function killAfter(changes: number): Promise<unknown> {
  const script = path.join(import.meta.dirname, 'testing/killed-deployment.ts');
  const { context, dataDir } = cloud;
  const child = spawn(process.execPath, [script, context.endpoint, dataDir, String(changes)], {
    stdio: 'inherit',
  });
  return ((await once(child, 'exit')) as unknown[])[1];
}

/** Ids of all buckets and queues that exist. */
async function everything(): Promise<string[]> {
  const { Buckets = [] } = await cloud.s3.send(new ListBucketsCommand({}));
  const { QueueUrls = [] } = await cloud.sqs.send(new ListQueuesCommand({}));
  return [...Buckets.map(({ Name }) => Name ?? ''), ...QueueUrls].sort();
}

const nothing: Program = () => Promise.resolve();

describe.each([1, 2, 3, 4, 5])('a process that is killed after change %d', (changes) => {
  test('leaves what the next start makes whole, without a second bucket or queue', async () => {
    expect(await killAfter(changes)).toBe('SIGKILL');
    const { deployment } = await cloud.deploy(program);
    const resources = deployment.resources();
    expect(resources).toHaveLength(4);
    const created = resources.filter(({ type }) => /:(Bucket|Queue)$/.test(type));
    expect(await everything()).toEqual(created.map(({ id }) => id).sort());
    expect((await cloud.deploy(program)).changes).toMatchObject({ same: 4, created: 0 });
  });

  test('leaves what a program without it removes', async () => {
    expect(await killAfter(changes)).toBe('SIGKILL');
    await cloud.deploy(nothing);
    expect(await everything()).toEqual([]);
  });
});

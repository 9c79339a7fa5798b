import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

import { PersistenceManager, S3Error, S3Store, SqsStore } from './fauxqs.ts';

test('this is the version that the repairs were written for', async () => {
  const manifest = new URL('../package.json', import.meta.resolve('fauxqs'));
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  expect(version).toBe('2.4.1');
});

test('everything that a repair replaces or calls is there', () => {
  const queue = new SqsStore().createQueue('q', 'http://h/0/q', 'arn:aws:sqs:us-east-1:0:q');
  expect(queue).toMatchObject({ messages: [], delayedMessages: [], pollWaiters: [] });
  const functions: readonly [object, readonly string[]][] = [
    [
      new S3Store(),
      [
        ...[
          'hasBucket',
          'createBucket',
          'deleteBucket',
          'putObject',
          'deleteObject',
          'createMultipartUpload',
        ],
        ...['getObject', 'headObject', 'restoreObject'],
        ...['uploadPart', 'completeMultipartUpload', 'abortMultipartUpload'],
      ],
    ],
    [new SqsStore(), ['createQueue', 'allQueues', 'getQueueByArn', 'getQueueByName']],
    [
      queue,
      [
        ...['isFifo', 'enqueue', 'processTimers', 'stopPollTimerIfEmpty', 'dequeue'],
        ...['getAttribute', 'waitForMessages', 'notifyWaiters', 'cancelWaiters'],
      ],
    ],
    [
      PersistenceManager.prototype as object,
      [
        ...['transaction', 'insertMessage', 'updateMessageReady', 'load', 'close'],
        ...['upsertObject', 'deleteObject', 'readBody'],
      ],
    ],
  ];
  for (const [owner, names] of functions) {
    for (const name of names) {
      expect([name, typeof (owner as Record<string, unknown>)[name]]).toEqual([name, 'function']);
    }
  }
  expect(new S3Error('Code', 'message', 400)).toMatchObject({ code: 'Code', statusCode: 400 });
});

import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Client } from '../testing/client.ts';
import { DeadLetters } from '../testing/dead-letters.ts';
import { notification } from '../testing/notification.ts';
import { picture } from '../testing/pictures.ts';

/** Uses every path of uploads below a prefix, and waits for the outcomes. */
export async function usePrefix(client: Client, prefix: string): Promise<void> {
  const [first, other] = [await picture({ seed: 1 }), await picture({ seed: 2, format: 'png' })];
  const key = `${prefix}günther+söhne (1).jpg`;
  await client.uploadAndWait(key, first);
  // Another format: the outputs get other names, and the old ones are deleted.
  await client.uploadAndWait(key, other);
  // A duplicate message.
  await client.send(notification({ bucket: client.stack.sourceBucket, key }));

  const parts = `${prefix}in parts.jpg`;
  const done = await multipart(client, parts, first);
  await client.outcomeOf(parts, done);

  const rejected = await client.uploadAndWait(`${prefix}rejected.jpg`, 'no image');
  expect(rejected.status).toBe('rejected');

  // The keys of its outputs would be too long.
  const long = `${prefix}${'a'.repeat(1024 - Buffer.byteLength(prefix))}`;
  await client.uploadAndWait(long, first);
  await client.uploadAndWait(long, other);

  for (const removed of [key, parts, long]) await client.remove(removed);
  // This key has no upload, as after a deletion or with a late message.
  await client.send(notification({ bucket: client.stack.sourceBucket, key: `${prefix}never.jpg` }));
  await client.untilIdle();
}

/** An upload whose outputs S3 refuses at first: the function sets the back-off of its message. */
export async function useRetry(client: Client, prefix: string): Promise<void> {
  const { status } = await client.uploadAndWait(`${prefix}stumbling.jpg`, await picture());
  expect(status).toBe('done');
}

/** Messages that need an operator. */
export async function useDeadLetters(client: Client): Promise<void> {
  const body = 'not a valid message';
  await client.send(body);
  const deadLetters = new DeadLetters(client);
  const deadLetter = await deadLetters.find((one) => one.body === body);
  expect(deadLetter.attributes).toMatchObject({ errorCode: 'INVALID_MESSAGE' });
}

/** @returns the ETag */
async function multipart({ s3, stack }: Client, Key: string, Body: Buffer): Promise<string> {
  const place = { Bucket: stack.sourceBucket, Key };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(place));
  const part = { ...place, UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body }));
  const completed = await s3.send(
    new CompleteMultipartUploadCommand({
      ...{ ...place, UploadId },
      MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
    }),
  );
  return completed.ETag?.replaceAll('"', '') ?? '';
}

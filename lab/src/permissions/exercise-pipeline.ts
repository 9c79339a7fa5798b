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

/** Everything that an upload below this prefix can go through, seen to its end. */
export async function usePrefix(client: Client, prefix: string): Promise<void> {
  const [first, other] = [await picture({ seed: 1 }), await picture({ seed: 2, format: 'png' })];
  const key = `${prefix}günther+söhne (1).jpg`;
  await client.uploadAndWait(key, first);
  // Another format: outputs of other names, the old ones are deleted.
  await client.uploadAndWait(key, other);
  // A message that says nothing new.
  await client.send(notification({ bucket: client.stack.sourceBucket, key }));

  const parts = `${prefix}in parts.jpg`;
  const done = await multipart(client, parts, first);
  await client.outcomeOf(parts, done);

  const rejected = await client.uploadAndWait(`${prefix}rejected.jpg`, 'no image');
  expect(rejected.status).toBe('rejected');

  // Its outputs have no room below its own name.
  const long = `${prefix}${'a'.repeat(1024 - Buffer.byteLength(prefix))}`;
  await client.uploadAndWait(long, first);
  await client.uploadAndWait(long, other);

  for (const removed of [key, parts, long]) await client.remove(removed);
  // Nobody ever uploaded it: a deletion, or a message that came too late.
  await client.send(notification({ bucket: client.stack.sourceBucket, key: `${prefix}never.jpg` }));
  await client.untilIdle();
}

/** An upload whose outputs S3 does not take at first: the function says when it wants the message again. */
export async function useRetry(client: Client, prefix: string): Promise<void> {
  const { status } = await client.uploadAndWait(`${prefix}stumbling.jpg`, await picture());
  expect(status).toBe('done');
}

/** Messages that only an operator can deal with. */
export async function useDeadLetters(client: Client): Promise<void> {
  const body = 'nothing that anybody understands';
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

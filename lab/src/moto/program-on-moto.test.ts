/** The resources of the Pulumi program on moto, and the packaged function on them, end to end. */
import { createHash } from 'node:crypto';
import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeadLetters } from '../testing/dead-letters.ts';
import { notification } from '../testing/notification.ts';
import { picture } from '../testing/pictures.ts';
import { TESTBED_PIPELINE } from '../testbed/pipeline-settings.ts';
import { deployProgram, type DeployedProgram } from './program-on-moto.ts';
import { HAS_MOTO } from './moto-server.ts';

const title = `the program on moto_server${HAS_MOTO ? '' : ' (not on the PATH: SKIPPED)'}`;

describe.runIf(HAS_MOTO)(title, () => {
  let program: DeployedProgram;
  beforeAll(async () => {
    program = await deployProgram(TESTBED_PIPELINE);
  });
  afterAll(() => program?.stop());

  test('the buckets have their settings', async () => {
    const { s3, stack } = program.client;
    for (const Bucket of [stack.sourceBucket, stack.processedBucket]) {
      const { PublicAccessBlockConfiguration } = await s3.send(
        new GetPublicAccessBlockCommand({ Bucket }),
      );
      expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
      const { ServerSideEncryptionConfiguration } = await s3.send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      expect(ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
    }
    expect(program.bucketPolicies).toHaveLength(2);
    for (const policy of program.bucketPolicies) expect(policy).toContain('aws:SecureTransport');
    const versioning = new GetBucketVersioningCommand({ Bucket: stack.sourceBucket });
    expect(await s3.send(versioning)).toMatchObject({ Status: 'Enabled' });
  });

  test('the queue has its dead letters, its time and its policy', async () => {
    const { sqs, stack } = program.client;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: stack.queueUrl, AttributeNames: ['All'] }),
    );
    expect(Number(Attributes['VisibilityTimeout'])).toBe(
      6 * (TESTBED_PIPELINE.function?.timeout ?? 0),
    );
    expect(Attributes['RedrivePolicy']).toContain('dead-letters');
    expect(Attributes['Policy']).toContain(`arn:aws:s3:::${stack.sourceBucket}`);
  });

  /** Names of the outputs of a key. Their bytes must match the manifest. */
  async function outputsOf(key: string): Promise<string[]> {
    const { client } = program;
    const manifest = await client.manifestOf(key);
    for (const output of manifest?.outputs ?? []) {
      const body = (await client.read(output.key))?.body ?? Buffer.of();
      expect(createHash('sha256').update(body).digest('hex')).toBe(output.sha256);
    }
    return [...(await client.outputsOf(key)).keys()]
      .map((name) => name.slice(key.length + 1))
      .sort();
  }

  test('an upload, another in its place, and its removal', async () => {
    const { client } = program;
    const key = 'uploads/a folder/günther+söhne & 100%.jpg';
    expect((await client.uploadAndWait(key, await picture())).status).toBe('done');
    expect(await outputsOf(key)).toEqual(['manifest.json', 'same.jpg', 'thumb.webp', 'web.jpg']);
    await client.uploadAndWait(key, await picture({ seed: 2, format: 'png' }));
    expect(await outputsOf(key)).toEqual(['manifest.json', 'same.png', 'thumb.webp', 'web.jpg']);
    await client.remove(key);
    // moto sends no notification of a deletion.
    await client.send(
      notification({ bucket: client.stack.sourceBucket, key, eventName: 'ObjectRemoved:Delete' }),
    );
    await client.untilIdle();
    expect(await outputsOf(key)).toEqual([]);
  });

  test('a text upload is rejected, and an invalid message is a dead letter', async () => {
    const { client } = program;
    const rejected = await client.uploadAndWait('uploads/no-image.jpg', 'no image');
    expect(rejected).toMatchObject({ status: 'rejected', error: { code: 'UNSUPPORTED_FORMAT' } });
    await client.send('rubbish');
    const deadLetter = await new DeadLetters(client).find(({ body }) => body === 'rubbish');
    expect(deadLetter.attributes).toMatchObject({ errorCode: 'INVALID_MESSAGE' });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

import { openDataDirectory } from '../data-directory.ts';
import type { Emulator } from '../emulator.ts';
import { S3Store, SnsStore, SqsStore, type Persistence } from '../fauxqs-internals.ts';
import { redrive } from './redrive.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:';

function queues(persistence: Persistence) {
  const sqs = new SqsStore();
  const atomically: Emulator['atomically'] = (work) => {
    const results: ReturnType<typeof work>[] = [];
    persistence.transaction(() => results.push(work()));
    return results[0] as ReturnType<typeof work>;
  };
  redrive({ sqs, atomically } as Emulator);
  return sqs;
}

test('a failure on the way to the dead-letter queue leaves the message where it was', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'embedded-aws-'));
  const persistence = openDataDirectory(dataDir);
  const sqs = queues(persistence);
  sqs.persistence = persistence;
  sqs.createQueue('dead', 'http://h/0/dead', `${ARN}dead`);
  const poison = sqs.createQueue('poison', 'http://h/0/poison', `${ARN}poison`, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${ARN}dead`, maxReceiveCount: 1 }),
  });
  poison.enqueue(SqsStore.createMessage('x', {}, undefined));
  const receive = () => poison.dequeue(1, 0, (arn: string) => sqs.getQueueByArn(arn));
  expect(receive()).toHaveLength(1);

  persistence.insertMessage = () => {
    throw new Error('killed here');
  };
  expect(receive).toThrow('killed here');

  const again = queues(persistence);
  persistence.load(again, new SnsStore(), new S3Store());
  expect(again.getQueueByName('poison')?.messages.map(({ body }) => body)).toEqual(['x']);
  persistence.close();
  await rm(dataDir, { recursive: true });
});

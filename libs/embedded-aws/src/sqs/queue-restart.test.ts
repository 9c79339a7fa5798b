import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';

import { RunningAws } from '../testing/running-aws.ts';

test('a restart keeps what waits and what is being worked on', async () => {
  const aws = await RunningAws.start('SQLite');
  const QueueName = 'uploads';
  await aws.sqs.send(new CreateQueueCommand({ QueueName }));
  const url = async () =>
    (await aws.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '';
  const send = async (MessageBody: string) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl: await url(), MessageBody }));
  const receive = async () => {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: await url(), MaxNumberOfMessages: 10 }),
    );
    return Messages;
  };

  await send('in flight');
  const [inFlight] = await receive();
  await send('waiting');
  await aws.restart();
  expect((await receive()).map(({ Body }) => Body)).toEqual(['waiting']);
  await aws.sqs.send(
    new DeleteMessageCommand({ QueueUrl: await url(), ReceiptHandle: inFlight?.ReceiptHandle }),
  );
  expect(await aws.attributes(await url())).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  await aws.sqs.send(new PurgeQueueCommand({ QueueUrl: await url() }));
  await aws.restart();
  expect(await aws.attributes(await url())).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
  await aws.stop();
});

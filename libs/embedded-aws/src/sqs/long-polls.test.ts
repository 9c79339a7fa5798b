import {
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openRequest } from '../testing/raw-request.ts';
import { eventually, RunningAws, STORAGES } from '../testing/running-aws.ts';

/** Longer than a test may take: a poll that ends sooner was ended by what the test did. */
const LONG = 20;

describe.each(STORAGES)('long polls in %s', (storage) => {
  let aws: RunningAws;
  beforeAll(async () => {
    aws = await RunningAws.start(storage);
  });
  afterAll(() => aws.stop());

  const send = (QueueUrl: string, MessageBody: string) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

  /** Polls whose answers are known as they come; each has been received when this returns. */
  async function startPolls(QueueUrl: string, count: number) {
    const answered: number[] = [];
    const open = Array.from({ length: count }, () => {
      const poll = openRequest(aws.endpoint, 'POST', '/', {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.ReceiveMessage',
        expect: '100-continue',
      });
      void poll.answer.then(
        ({ text }) => {
          const { Messages = [] } = JSON.parse(text) as { Messages?: unknown[] };
          answered.push(Messages.length);
        },
        () => undefined,
      );
      return poll;
    });
    for (const poll of open) {
      poll.send(''); // sends the head
      await poll.continued;
      poll.end(JSON.stringify({ QueueUrl, WaitTimeSeconds: LONG, MaxNumberOfMessages: 1 }));
    }
    // A request that comes after them on the wire: they are waiting when it is answered.
    await aws.attributes(QueueUrl);
    return { answered, hangUp: () => Promise.all(open.map((poll) => poll.hangUp())) };
  }

  test('one message wakes one poller', async () => {
    const { url } = await aws.queue();
    const polls = await startPolls(url, 3);
    await send(url, 'first');
    await eventually(() => Promise.resolve(polls.answered.length > 0));
    await send(url, 'second');
    await eventually(() => Promise.resolve(polls.answered.length > 1));
    expect(polls.answered).toEqual([1, 1]);
    await polls.hangUp();
  });

  test('a batch of messages wakes as many', async () => {
    const { url } = await aws.queue();
    const polls = await startPolls(url, 3);
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
    await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    await eventually(() => Promise.resolve(polls.answered.length === 2));
    expect(polls.answered).toEqual([1, 1]);
    await polls.hangUp();
  });

  test('a poll whose client is gone takes no message', async () => {
    const { url } = await aws.queue();
    const polls = await startPolls(url, 4);
    await polls.hangUp();
    await aws.attributes(url); // one more turn of the server
    await send(url, 'for the living');
    const { Messages } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
    expect(Messages).toHaveLength(1);
    const next = await startPolls(url, 1);
    await send(url, 'for the next');
    await eventually(() => Promise.resolve(next.answered.length === 1));
    expect(next.answered).toEqual([1]);
  });

  test('a message that becomes visible again wakes a poller', async () => {
    const { url } = await aws.queue({ VisibilityTimeout: '1' });
    await send(url, 'x');
    await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
    const polls = await startPolls(url, 1);
    await eventually(() => Promise.resolve(polls.answered.length === 1));
    expect(polls.answered).toEqual([1]);
  });

  test('a deleted queue ends its polls, and so does the end of a short wait', async () => {
    const { url } = await aws.queue();
    const short = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 1 });
    expect((await aws.sqs.send(short)).Messages).toBeUndefined();
    const polls = await startPolls(url, 2);
    await aws.sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    await eventually(() => Promise.resolve(polls.answered.length === 2));
    expect(polls.answered).toEqual([0, 0]);
  });

  const sendTo = (QueueUrl: string, MessageGroupId: string, MessageBody: string) =>
    aws.sqs.send(
      new SendMessageCommand({
        ...{ QueueUrl, MessageBody, MessageGroupId },
        MessageDeduplicationId: MessageGroupId + MessageBody,
      }),
    );

  test('a FIFO queue wakes no poller for a group whose message is in flight', async () => {
    const { url } = await aws.queue({ FifoQueue: 'true' }, '.fifo');
    await sendTo(url, 'a', 'first');
    await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
    const polls = await startPolls(url, 1);
    await sendTo(url, 'a', 'second');
    await aws.attributes(url);
    expect(polls.answered).toEqual([]);
    await sendTo(url, 'b', 'other');
    await eventually(() => Promise.resolve(polls.answered.length === 1));
    expect(polls.answered).toEqual([1]);
  });

  test('a FIFO queue wakes pollers too', async () => {
    const { url } = await aws.queue({ FifoQueue: 'true' }, '.fifo');
    const polls = await startPolls(url, 2);
    for (const group of ['a', 'b']) await sendTo(url, group, 'x');
    await eventually(() => Promise.resolve(polls.answered.length === 2));
    expect(polls.answered).toEqual([1, 1]);
  });
});

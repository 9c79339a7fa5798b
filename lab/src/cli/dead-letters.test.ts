/** A stack that is named by its buckets and its queue: only some commands need the dead-letter queue. */
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { darkroom } from './darkroom.ts';
import { startNamedStack } from './named-stack.ts';

let stack: Awaited<ReturnType<typeof startNamedStack>>;
beforeAll(async () => {
  stack = await startNamedStack();
});
afterAll(() => stack.stop());

const named = () => {
  const at = stack.options.indexOf('--dead-letters');
  return stack.options.toSpliced(at, 2);
};

test('compare does not ask for it', async () => {
  expect(await darkroom(['compare', ...named()])).toMatchObject({
    exitCode: 0,
    stdout: 'Both buckets are empty.\nNothing to do: all outputs are up to date.\n',
  });
});

test('redrive finds it by the redrive policy of the queue', async () => {
  const without = await darkroom(['redrive', '--dry-run', ...named()]);
  expect(without.exitCode).toBe(2);
  expect(without.stderr).toMatch(
    /has no dead-letter queue\.\nName it with --dead-letters URL\.\n$/,
  );
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
    maxReceiveCount: 3,
  });
  await stack.sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: stack.queue, Attributes: { RedrivePolicy } }),
  );
  expect(await darkroom(['redrive', '--dry-run', ...named()])).toMatchObject({
    exitCode: 0,
    stdout: 'Nothing to do: there are no dead letters.\n',
  });
});

import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Program } from '../../engine/testing/run.ts';
import { failureOf, startCloud, type Cloud } from '../testing/embedded.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const QUEUE = 'aws:sqs/queue:Queue';
const attributes = async (QueueUrl: string, ...names: QueueAttributeName[]) => {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names });
  return (await cloud.sqs.send(command)).Attributes;
};

describe('a queue', () => {
  test('has the URL as id, and SQS’s defaults', async () => {
    const program: Program = (register) => register(QUEUE, 'jobs', { sqsManagedSseEnabled: true });
    const { deployment } = await cloud.deploy(program);
    const [queue] = deployment.resources();
    const name = queue?.outputs['name'] as string;
    expect(name).toMatch(/^jobs-[0-9a-f]{7}$/);
    expect(queue).toMatchObject({
      id: `${cloud.context.endpoint}/000000000000/${name}`,
      outputs: {
        url: queue?.id,
        arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        visibilityTimeoutSeconds: 30,
        messageRetentionSeconds: 345_600,
      },
    });
    cloud.takeCalls();
    await cloud.deploy(program);
    expect(cloud.takeCalls()).toEqual([]);
  });

  test('is changed in place, and deleted with the program’s change', async () => {
    const queue =
      (visibilityTimeoutSeconds: number): Program =>
      (register) =>
        register(QUEUE, 'q', { name: 'q', visibilityTimeoutSeconds });
    await cloud.deploy(queue(60));
    cloud.takeCalls();
    const { deployment } = await cloud.deploy(queue(90));
    expect(cloud.takeCalls()).toEqual(['SetQueueAttributesCommand']);
    const url = deployment.resources()[0]?.id ?? '';
    expect(await attributes(url, 'VisibilityTimeout')).toEqual({ VisibilityTimeout: '90' });
    await cloud.deploy((register) => register(QUEUE, 'renamed', { name: 'renamed' }));
    await expect(attributes(url, 'QueueArn')).rejects.toThrow();
  });

  test('of the FIFO kind keeps its suffix', async () => {
    const { deployment } = await cloud.deploy((register) =>
      register(QUEUE, 'line', { fifoQueue: true }),
    );
    const [{ id = '', outputs } = {}] = deployment.resources();
    expect(outputs?.['name']).toMatch(/^line-[0-9a-f]{7}\.fifo$/);
    expect(await attributes(id, 'FifoQueue')).toEqual({ FifoQueue: 'true' });
  });

  test('can be a foreign one', async () => {
    const { deployment } = await cloud.deploy((register) => register(QUEUE, 'q', { name: 'own' }));
    const [{ id: own = '' } = {}] = deployment.resources();
    const look = (id: string) =>
      deployment.read({ type: QUEUE, name: 'x', parent: '', id, properties: {} });
    const arn = 'arn:aws:sqs:us-east-1:000000000000:own';
    expect((await look(own)).outputs).toMatchObject({ url: own, arn, name: 'own' });
    const other = own.replace('own', 'other');
    expect(await failureOf(look(other))).toMatchObject({
      message: `${QUEUE} "x": "${other}" does not exist`,
    });
  });

  test('keeps the policies of resources of their own when it changes', async () => {
    const program =
      (delaySeconds: number): Program =>
      async (register) => {
        const queue = await register(QUEUE, 'kept', { name: 'kept', delaySeconds });
        await register('aws:sqs/queuePolicy:QueuePolicy', 'p', {
          queueUrl: queue.id,
          policy: '{"Statement":[]}',
        });
        await register('aws:sqs/redriveAllowPolicy:RedriveAllowPolicy', 'a', {
          queueUrl: queue.id,
          redriveAllowPolicy: '{"redrivePermission":"denyAll"}',
        });
      };
    await cloud.deploy(program(0));
    const { deployment } = await cloud.deploy(program(5));
    expect(
      await attributes(
        deployment.resources()[0]?.id ?? '',
        ...(['DelaySeconds', 'Policy', 'RedriveAllowPolicy'] as const),
      ),
    ).toEqual({
      DelaySeconds: '5',
      Policy: '{"Statement":[]}',
      RedriveAllowPolicy: '{"redrivePermission":"denyAll"}',
    });
  });

  test('takes away the policies that the program no longer has', async () => {
    const program =
      (inputs: Record<string, string>): Program =>
      (register) =>
        register(QUEUE, 'freed', { name: 'freed', ...inputs });
    const names = ['Policy', 'RedriveAllowPolicy'] as const;
    const policy = '{"Statement":[]}';
    const redriveAllowPolicy = '{"redrivePermission":"denyAll"}';
    const { deployment } = await cloud.deploy(program({ policy, redriveAllowPolicy }));
    const url = deployment.resources()[0]?.id ?? '';
    expect(await attributes(url, ...names)).toEqual({
      Policy: policy,
      RedriveAllowPolicy: redriveAllowPolicy,
    });
    await cloud.deploy(program({}));
    const left = await attributes(url, ...names);
    expect(Object.values(left ?? {}).filter((text) => text !== '')).toEqual([]);
  });
});

describe('redrive', () => {
  const redrive = (maxReceiveCount: number) =>
    JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount,
    });

  test('can be written in the queue, and taken away', async () => {
    const program =
      (inputs: Record<string, string>): Program =>
      async (register) => {
        const dead = await register(QUEUE, 'dead', { name: 'dead' });
        await register(QUEUE, 'q', { name: 'q', ...inputs }, { dependencies: [dead.urn] });
      };
    const { deployment } = await cloud.deploy(program({ redrivePolicy: redrive(5) }));
    const url = deployment.resources()[1]?.id ?? '';
    expect(await attributes(url, 'RedrivePolicy')).toEqual({ RedrivePolicy: redrive(5) });
    await cloud.deploy(program({}));
    const left = await attributes(url, 'RedrivePolicy');
    expect(Object.values(left ?? {}).filter((text) => text !== '')).toEqual([]);
  });

  test('can be resources of its own, beside a policy', async () => {
    const program: Program = async (register) => {
      const dead = await register(QUEUE, 'dead', { name: 'dead' });
      const queue = await register(QUEUE, 'q', { name: 'q' });
      await register('aws:sqs/redrivePolicy:RedrivePolicy', 'r', {
        queueUrl: queue.id,
        redrivePolicy: redrive(4),
      });
      await register('aws:sqs/redriveAllowPolicy:RedriveAllowPolicy', 'a', {
        queueUrl: dead.id,
        redriveAllowPolicy: JSON.stringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: [queue.outputs['arn']],
        }),
      });
      await register('aws:sqs/queuePolicy:QueuePolicy', 'p', {
        queueUrl: queue.id,
        policy: '{"Statement":[]}',
      });
    };
    const { deployment } = await cloud.deploy(program);
    const urlOf = (name: string) =>
      deployment.resources().find((resource) => resource.name === name)?.id ?? '';
    expect(await attributes(urlOf('q'), 'RedrivePolicy', 'Policy')).toEqual({
      RedrivePolicy: redrive(4),
      Policy: '{"Statement":[]}',
    });
    cloud.takeCalls();
    await cloud.deploy(program);
    expect(cloud.takeCalls()).toEqual([]);

    await cloud.deploy(async (register) => {
      await register(QUEUE, 'dead', { name: 'dead' });
      await register(QUEUE, 'q', { name: 'q' });
    });
    const left = await attributes(urlOf('q'), 'RedrivePolicy', 'Policy');
    expect(Object.values(left ?? {}).filter((text) => text !== '')).toEqual([]);
  });

  test('to a queue that is not there is refused', async () => {
    const error = await failureOf(
      cloud.deploy((register) =>
        register(QUEUE, 'q', { name: 'q', redrivePolicy: redrive(5).replace(':dead', ':nothing') }),
      ),
    );
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /"q": InvalidParameterValue: .*Dead letter target does not exist/,
      ),
    });
  });
});

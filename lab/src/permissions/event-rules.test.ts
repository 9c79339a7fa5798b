/**
 * An existing bucket with events by EventBridge, which the local stack does not emulate. The function does not run. The
 * permissions of EventBridge and the other services follow from the deployed resources.
 */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { SettingsInput } from '@darkroom/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkspace, smallPipeline, type Workspace } from '../testing/workspace.ts';
import { type AwsContext, deploy, handlers, type Handlers } from '@darkroom/local-pulumi';
import { startCloud, type Cloud } from '@darkroom/local-pulumi/testing';
import { arnOf, Graph } from './graph.ts';
import { attachedPolicies } from './policies.ts';
import { excessPermissions, missingPermissions } from './proof.ts';
import { serviceRequests } from './service-requests.ts';
import { isAllowed, sessionOf } from './simulate.ts';

const BUCKET = 'there-before';
const STACK = 'event-rules';
const SETTINGS: SettingsInput = {
  ...smallPipeline(16),
  source: { bucket: BUCKET },
  encryption: { kms: true },
};

/** The bucket sends its events to EventBridge. The embedded S3 has no such setting. */
const withEventBridge: Handlers<AwsContext> = {
  ...handlers,
  functions: handlers.functions.map((one) =>
    one.token === 'aws:s3/getBucketNotification:getBucketNotification'
      ? {
          ...one,
          invoke: async (...args) => ({ ...(await one.invoke(...args)), eventbridge: true }),
        }
      : one,
  ),
};

let workspace: Workspace;
let cloud: Cloud;
let graph: Graph;
beforeAll(async () => {
  cloud = await startCloud();
  await cloud.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  workspace = await createWorkspace();
  await workspace.writeStack(STACK, SETTINGS);
  const { resources } = await deploy({
    entry: `${workspace.directory}/apps/infra/src/program.ts`,
    ...{ projectDir: workspace.directory, stack: STACK, dataDir: cloud.dataDir },
    config: { 'darkroom:packageTarget': 'host' },
    ...{ handlers: withEventBridge, context: cloud.context, unknownTypes: 'reject' },
  });
  graph = new Graph(resources);
});
afterAll(async () => {
  await cloud.stop();
  await workspace.remove();
});

test('the policies allow the services exactly their calls', async () => {
  const [role] = graph.ofType('iam/Role');
  const requests = serviceRequests(graph, sessionOf(role ? arnOf(role) : ''));
  const policies = attachedPolicies(graph);
  const ofRules = requests.filter(({ because }) => because.startsWith('EventBridge delivers'));
  // To the queue and to its dead letters, and with the key of both.
  expect(ofRules.map(({ action }) => action).sort()).toEqual([
    ...['kms:Decrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKey'],
    ...['sqs:SendMessage', 'sqs:SendMessage'],
  ]);
  expect(await missingPermissions(requests, policies)).toEqual([]);

  // The role's own are the function's, which was not run.
  const excess = await excessPermissions(requests, policies);
  const ofResources = policies.filter(({ kind }) => kind !== 'identity').map(({ name }) => name);
  expect(excess.filter((one) => ofResources.includes(one.split(':')[0] ?? ''))).toEqual([]);

  for (const request of ofRules) {
    const context = { 'aws:SourceArn': 'arn:aws:events:us-east-1:999999999999:rule/theirs' };
    expect(await isAllowed({ ...request, context }, policies)).toBe(false);
  }
});

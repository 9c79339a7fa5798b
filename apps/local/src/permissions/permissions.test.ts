/**
 * Permissions, proven from use: the whole pipeline runs here with every call of the function recorded, and AWS's own
 * services' calls derived from what is deployed. Every one of them is allowed by the policies that the program attaches,
 * and each thing that these allow was needed by one of them.
 */
import type { SettingsInput } from '@darkroom/pipeline';
import { beforeAll, describe, expect, test } from 'vitest';
import { functionRequests } from './function-requests.ts';
import { arnOf, type Graph } from './graph.ts';
import { describe as describeRequest, distinct, type IamRequest } from './iam-request.ts';
import { attachedPolicies, type AttachedPolicy } from './policies.ts';
import { excessPermissions, grantsOf, missingPermissions, remainder, replace } from './proof.ts';
import { record } from './run-pipeline.ts';
import { serviceRequests } from './service-requests.ts';
import { isAllowed, sessionOf } from './simulate.ts';
import { useDeadLetters, usePrefix } from './use-everything.ts';

const steps = ['rotate' as const, { resize: { width: 16 } }];
const PREFIXES = ['uploads/', 'scans/'] as const;
const RECIPES: SettingsInput['recipes'] = [
  {
    name: 'photos',
    match: { prefix: PREFIXES[0] },
    variants: [
      { name: 'same', steps },
      { name: 'web', steps: [...steps, { encode: { format: 'webp' } }] },
    ],
  },
  {
    name: 'scans',
    match: { prefix: PREFIXES[1], suffixes: ['.jpg', 'a'] },
    variants: [{ name: 'same', steps }],
  },
];
const BASE: SettingsInput = {
  recipes: RECIPES,
  function: { timeout: 30, memory: 3538 },
  storage: { protect: false },
};

/** One run for each set of switches that changes what is granted. */
const RUNS: Readonly<Record<string, SettingsInput>> = {
  'with the defaults': BASE,
  'with tracing': { ...BASE, tracing: true },
};

interface Proof {
  graph: Graph;
  requests: IamRequest[];
  policies: AttachedPolicy[];
}

/** Neighbours of a resource, which no recipe is about and no other part of the pipeline is. */
function besides(resource: string): string[] {
  const [bucket = '', key] = /^(arn:aws:s3:::[^/]+)\/(.+)$/.exec(resource)?.slice(1) ?? [];
  if (key !== undefined) return [`${bucket}/private/${key}`, `${bucket}-of-others/${key}`];
  // Actions that know no resources, only this.
  return resource === '*' ? [] : [resource.replace(/[^:/]+(?=$|:log-stream)/, '$&-of-others')];
}

async function prove(settings: SettingsInput): Promise<Proof> {
  const { graph, calls } = await record(settings, async (client) => {
    for (const prefix of PREFIXES) await usePrefix(client, prefix);
    await useDeadLetters(client);
  });
  const [role] = graph.ofType('iam/Role');
  const principal = sessionOf(role ? arnOf(role) : '');
  const requests = distinct([
    ...calls.flatMap((call) => functionRequests(call, graph, principal)),
    ...serviceRequests(graph, principal),
  ]);
  return { graph, requests, policies: attachedPolicies(graph) };
}

describe.each(Object.entries(RUNS))('the pipeline %s', (_name, settings) => {
  let proof: Proof;
  beforeAll(async () => {
    proof = await prove(settings);
  });

  test('is allowed everything that it does', async () => {
    expect(proof.requests.length).toBeGreaterThan(20);
    expect(await missingPermissions(proof.requests, proof.policies)).toEqual([]);
  });

  test('is allowed nothing that it does not do', async () => {
    expect(await excessPermissions(proof.requests, proof.policies)).toEqual([]);
  });

  test('one action less, whichever, and something is refused', async () => {
    for (const grant of grantsOf(proof.policies)) {
      const poorer = replace(proof.policies, grant, remainder(grant));
      expect(await missingPermissions(proof.requests, poorer), grant.action).not.toEqual([]);
    }
  });

  test.each(['s3:PutObjectAcl', 's3:DeleteObjectVersion', 's3:GetObject'])(
    'one more, %s on all of the source bucket, and it is seen',
    async (action) => {
      const bucket = proof.requests.find(({ action }) => action === 's3:GetObject')?.resource;
      const [identity] = proof.policies.filter(({ kind }) => kind === 'identity');
      const [statement] = identity?.statements ?? [];
      if (!identity || !statement || !bucket) throw new Error('No policy of the function');
      const Resource = [`${bucket.split('/')[0]}/*`];
      const richer = replace(proof.policies, { policy: identity, statement }, [
        statement,
        { Effect: 'Allow', Action: [action], Resource },
      ]);
      expect(await excessPermissions(proof.requests, richer)).toContain(
        `${identity.name}: ${action} ${Resource[0]}`,
      );
    },
  );

  test('reaches nothing beside it: no other key, bucket, queue, key or log', async () => {
    for (const request of proof.requests.filter(({ principal }) => principal.startsWith('arn:')))
      for (const resource of besides(request.resource)) {
        const other = { ...request, resource };
        expect(await isAllowed(other, proof.policies), describeRequest(other)).toBe(false);
      }
  });

  test('over plain HTTP nothing is allowed that S3 or SQS is asked for', async () => {
    const context = { 'aws:SecureTransport': 'false' };
    for (const request of proof.requests.filter(({ action }) => /^(?:s3|sqs):/.test(action))) {
      const plain = { ...request, context: { ...request.context, ...context } };
      expect(await isAllowed(plain, proof.policies), request.because).toBe(false);
    }
  });

  test.each([
    ['another account', { 'aws:SourceAccount': '999999999999' }],
    ['another resource', { 'aws:SourceArn': 'arn:aws:s3:::somebody-elses' }],
  ])('the services may work for nobody else: %s', async (_what, context) => {
    const services = proof.requests.filter(
      ({ principal, action, context: own }) =>
        !principal.startsWith('arn:') && action !== 'sts:AssumeRole' && 'aws:SourceArn' in own,
    );
    expect(services.map(({ action }) => action)).toContain('sqs:SendMessage');
    for (const request of services) {
      const other = { ...request, context: { ...request.context, ...context } };
      expect(await isAllowed(other, proof.policies), request.because).toBe(false);
    }
  });
});

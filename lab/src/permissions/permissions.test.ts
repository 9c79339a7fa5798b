/**
 * Proves the permissions from use. The whole pipeline runs with every call of the function recorded. The calls of AWS
 * services are derived from the deployed resources. The program's policies allow all of these calls, and nothing else.
 */
import { deliveredFiles, parseSettings, type SettingsInput } from '@darkroom/pipeline';
import { beforeAll, describe, expect, test } from 'vitest';
import { picture } from '../testing/pictures.ts';
import { functionRequests } from './function-requests.ts';
import { arnOf, type Graph } from './graph.ts';
import { describe as describeRequest, distinct, type IamRequest } from './iam-request.ts';
import { attachedPolicies, type AttachedPolicy } from './policies.ts';
import {
  excessPermissions,
  grantsOf,
  isNeeded,
  missingPermissions,
  remainder,
  replace,
} from './proof.ts';
import { record } from './record-calls.ts';
import { serviceRequests } from './service-requests.ts';
import { isAllowed, sessionOf } from './simulate.ts';
import { useDeadLetters, usePrefix, useRetry } from './exercise-pipeline.ts';

const steps = ['rotate' as const, { resize: { width: 16 } }];
const ACCOUNT = '000000000000';
const MARK = 'brand/mark.png';
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

/** One run for each set of settings that changes the policies. */
const RUNS: Readonly<Record<string, SettingsInput>> = {
  'with the defaults': BASE,
  'with every switch': {
    ...BASE,
    recipes: [...RECIPES, marked('marked/')],
    tracing: true,
    encryption: { kms: true },
    delivery: {},
    events: {},
    alarms: { receivers: [{ email: 'operators@example.com' }] },
  },
  'on an existing bucket': {
    ...BASE,
    source: { bucket: 'there-before', notifications: 'add' },
    events: { busArn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/theirs` },
  },
};

/** A recipe with a watermark that is stored in the source bucket. */
function marked(prefix: string): SettingsInput['recipes'][number] {
  const watermark = { watermark: { image: `s3:${MARK}` } };
  return {
    name: 'marked',
    match: { prefix },
    variants: [{ name: 'same', steps: [...steps, watermark] }],
  };
}

interface Proof {
  graph: Graph;
  requests: IamRequest[];
  policies: AttachedPolicy[];
}

/** Similar resources that the pipeline does not use. */
function neighboursOf(resource: string): string[] {
  const [bucket = '', key] = /^(arn:aws:s3:::[^/]+)\/(.+)$/.exec(resource)?.slice(1) ?? [];
  if (key !== undefined) return [`${bucket}/private/${key}`, `${bucket}-of-others/${key}`];
  // Actions that know no resources, only this.
  return resource === '*' ? [] : [resource.replace(/[^:/]+(?=$|:log-stream)/, '$&-of-others')];
}

async function prove(settings: SettingsInput): Promise<Proof> {
  const { graph, calls } = await record(settings, async (client) => {
    await client.upload(MARK, await picture({ width: 8, height: 8, format: 'png' }));
    for (const { match } of settings.recipes) await usePrefix(client, match?.prefix ?? '');
    await useRetry(client, PREFIXES[0]);
    await useDeadLetters(client);
  });
  const { recipes, delivery } = parseSettings(settings, 'the test');
  const [role] = graph.ofType('iam/Role');
  const principal = sessionOf(role ? arnOf(role) : '');
  const requests = distinct([
    ...calls.flatMap((call) => functionRequests(call, graph, principal)),
    ...serviceRequests(graph, principal, delivery ? deliveredFiles(recipes, delivery) : []),
  ]);
  return { graph, requests, policies: attachedPolicies(graph) };
}

describe.each(Object.entries(RUNS))('the pipeline %s', (_name, settings) => {
  let proof: Proof;
  beforeAll(async () => {
    proof = await prove(settings);
  });

  test('is allowed every call that it makes', async () => {
    expect(proof.requests.length).toBeGreaterThan(20);
    expect(await missingPermissions(proof.requests, proof.policies)).toEqual([]);
  });

  test('is allowed no other call', async () => {
    expect(await excessPermissions(proof.requests, proof.policies)).toEqual([]);
  });

  test('reports a missing action', async () => {
    const [grant, ...others] = grantsOf(proof.policies);
    if (!grant) throw new Error('Nothing is granted');
    // The previous test shows that every grant is needed. One is enough to show how a missing one is reported.
    expect(others.length).toBeGreaterThan(10);
    const poorer = replace(proof.policies, grant, remainder(grant));
    expect((await missingPermissions(proof.requests, poorer))[0]).toContain(` ${grant.action} `);
  });

  test.each(['s3:PutObjectAcl', 's3:DeleteObjectVersion', 's3:GetObject'])(
    'reports an additional action: %s on the source bucket',
    async (action) => {
      const bucket = proof.requests.find(({ action }) => action === 's3:GetObject')?.resource;
      const [identity] = proof.policies.filter(({ kind }) => kind === 'identity');
      const [statement] = identity?.statements ?? [];
      if (!identity || !statement || !bucket) throw new Error('No policy of the function');
      const resource = `${bucket.split('/')[0]}/*`;
      const added = { Effect: 'Allow', Action: [action], Resource: [resource] } as const;
      const richer = replace(proof.policies, { policy: identity, statement }, [statement, added]);
      const grant = grantsOf(richer).find((one) => one.statement === added);
      expect(grant && (await isNeeded(grant, proof.requests, richer))).toBe(false);
    },
  );

  test('allows no other object, bucket, queue, key or log', async () => {
    for (const request of proof.requests.filter(({ principal }) => principal.startsWith('arn:')))
      for (const resource of neighboursOf(request.resource)) {
        const other = { ...request, resource };
        expect(await isAllowed(other, proof.policies), describeRequest(other)).toBe(false);
      }
  });

  test('over plain HTTP nothing is allowed that S3 or SQS is asked for', async () => {
    const context = { 'aws:SecureTransport': 'false' };
    // An existing bucket keeps its own policy.
    const theirs = `arn:aws:s3:::${settings.source?.bucket}`;
    const ours = proof.requests.filter(
      ({ action, resource }) => /^(?:s3|sqs):/.test(action) && !resource.startsWith(theirs),
    );
    expect(ours.length).toBeGreaterThan(10);
    for (const request of ours) {
      const plain = { ...request, context: { ...request.context, ...context } };
      expect(await isAllowed(plain, proof.policies), request.because).toBe(false);
    }
  });

  test('the services may not act for other accounts or resources', async () => {
    const services = proof.requests.filter(
      ({ principal, context }) => !principal.startsWith('arn:') && Object.keys(context).length > 0,
    );
    const bound = services.filter(({ action }) => action !== 'sts:AssumeRole');
    expect(bound.map(({ action }) => action)).toContain('sqs:SendMessage');
    for (const request of bound) {
      const other = { ...request, context: ofAnother(request.context) };
      expect(await isAllowed(other, proof.policies), request.because).toBe(false);
    }
  });

  test('S3 may send for no other bucket of the account', async () => {
    const s3 = proof.requests.filter(({ principal }) => principal === 's3.amazonaws.com');
    expect(s3).not.toEqual([]);
    for (const request of s3) {
      const context = {
        ...request.context,
        'aws:SourceArn': 'arn:aws:s3:::another-of-the-account',
      };
      expect(await isAllowed({ ...request, context }, proof.policies)).toBe(false);
    }
  });
});

/** As a service would ask on behalf of another account. */
function ofAnother(context: IamRequest['context']): IamRequest['context'] {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key,
      value.includes(ACCOUNT) ? value.replaceAll(ACCOUNT, '999999999999') : `${value}-of-others`,
    ]),
  );
}

import type { SettingsInput } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { ImagePipeline, type ImagePipelineArgs } from './image-pipeline.ts';
import { ACCOUNT } from './testing/provider.ts';
import { type MockedDeployment, runWithMocks, statementsOf } from './testing/run-with-mocks.ts';
import { stackConfig, stacks } from './testing/stack-files.ts';

// With a package nothing is built, and mocks do not open it.
const packageDir = import.meta.dirname;
const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];

function settingsOf(stack: string): SettingsInput {
  return JSON.parse(stackConfig(stack)['darkroom:pipeline'] ?? '') as SettingsInput;
}

function deploy(args: ImagePipelineArgs, name = 'photos'): Promise<MockedDeployment> {
  return runWithMocks(() => new ImagePipeline(name, { packageDir, ...args }));
}

const BUCKET = 'aws:s3/bucket:Bucket';
const QUEUE = 'aws:sqs/queue:Queue';

describe.each(stacks)('the stack %s', async (stack) => {
  const settings = settingsOf(stack);
  const deployment = await deploy(settings);
  const inputsOf = (name: string) => deployment.resource(name).inputs;

  test('gives a message six times the function time before it reappears, and the batch window', () => {
    const visibility = inputsOf('photos-queue')['visibilityTimeoutSeconds'] as number;
    const timeout = inputsOf('photos-resizer')['timeout'] as number;
    const window = inputsOf('photos-trigger')['maximumBatchingWindowInSeconds'] as number;
    expect(visibility).toBeGreaterThanOrEqual(6 * timeout + window);
  });

  test('keeps every bucket private, encrypted and behind TLS', () => {
    const buckets = deployment.ofType(BUCKET);
    expect(buckets.map(({ name }) => name).sort()).toEqual(['photos-processed', 'photos-source']);
    for (const { name } of buckets) {
      expect(inputsOf(`${name}-access`)).toMatchObject({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(inputsOf(`${name}-ownership`)['rule']).toEqual({
        objectOwnership: 'BucketOwnerEnforced',
      });
      expect(inputsOf(`${name}-encryption`)['rules']).toEqual([
        { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } },
      ]);
      expect(statementsOf(inputsOf(`${name}-policy`))).toContainEqual({
        Sid: 'DenyPlainHttp',
        Effect: 'Deny',
        Principal: '*',
        Action: ['s3:*'],
        Resource: [`arn:aws:s3:::${name}-0a1b2c3`, `arn:aws:s3:::${name}-0a1b2c3/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
      for (const guard of ['access', 'ownership', 'encryption', 'policy', 'lifecycle'])
        expect(inputsOf(`${name}-${guard}`)['bucket']).toBe(`${name}-0a1b2c3`);
    }
  });

  test('keeps old versions of uploads for a while, and no abandoned parts', () => {
    expect(inputsOf('photos-source-versioning')['versioningConfiguration']).toEqual({
      status: 'Enabled',
    });
    expect(inputsOf('photos-source-lifecycle')['rules']).toContainEqual(
      expect.objectContaining({
        noncurrentVersionExpiration: { noncurrentDays: settings.storage?.expireNoncurrentDays },
      }),
    );
    for (const name of ['photos-source', 'photos-processed'])
      expect(inputsOf(`${name}-lifecycle`)['rules']).toContainEqual(
        expect.objectContaining({ abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }),
      );
  });

  test('protects the buckets and their guards where the settings say so, and nothing else', () => {
    const wanted = settings.storage?.protect ?? true;
    for (const { type, name, protect, retainOnDelete, inputs } of deployment.resources) {
      const isOfBucket = /^photos-(?:source|processed)/.test(name);
      expect({ name, protect, retainOnDelete }).toEqual({
        name,
        protect: wanted && isOfBucket,
        retainOnDelete: wanted && isOfBucket,
      });
      if (type === BUCKET) expect(inputs['forceDestroy']).toBe(!wanted);
    }
  });

  test('encrypts every queue, and refuses plain HTTP', () => {
    const queues = deployment.ofType(QUEUE);
    expect(queues).toHaveLength(2);
    for (const { name, inputs } of queues) {
      expect(inputs['sqsManagedSseEnabled']).toBe(true);
      expect(statementsOf(inputsOf(`${name}-policy`))).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Principal: '*', Action: ['sqs:*'] }),
      );
    }
  });

  test('lets only the source bucket of this account send to the queue', () => {
    const allowed = statementsOf(inputsOf('photos-queue-policy')).filter(
      ({ Effect }) => Effect === 'Allow',
    );
    expect(allowed).toEqual([
      {
        Sid: 'AllowSourceBucket',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['sqs:SendMessage'],
        Resource: [expect.stringMatching(/:photos-queue-0a1b2c3$/)],
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::photos-source-0a1b2c3' },
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
        },
      },
    ]);
    expect(deployment.resource('photos-notification').dependsOn).toContain('photos-queue-policy');
  });

  test('moves a message to the dead letters after five attempts, and keeps it there longer', () => {
    const queue = inputsOf('photos-queue');
    const deadLetters = inputsOf('photos-dead-letters');
    expect(JSON.parse(queue['redrivePolicy'] as string)).toEqual({
      deadLetterTargetArn: expect.stringMatching(/:photos-dead-letters-0a1b2c3$/),
      maxReceiveCount: 5,
    });
    expect(
      JSON.parse(inputsOf('photos-dead-letters-redrive')['redriveAllowPolicy'] as string),
    ).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [expect.stringMatching(/:photos-queue-0a1b2c3$/)],
    });
    expect(deadLetters['messageRetentionSeconds']).toBeGreaterThan(
      queue['messageRetentionSeconds'] as number,
    );
  });

  test('hears of every change of a key that a recipe is for', () => {
    const { queues } = inputsOf('photos-notification') as {
      queues: { events: string[]; filterPrefix: string }[];
    };
    expect(queues.map(({ filterPrefix }) => filterPrefix).sort()).toEqual(
      settings.recipes.map(({ match }) => match?.prefix ?? '').sort(),
    );
    for (const { events } of queues)
      expect(events).toEqual([
        's3:ObjectCreated:*',
        's3:ObjectRemoved:*',
        's3:LifecycleExpiration:*',
      ]);
  });

  test('allows no action and no resource by a bare wildcard', () => {
    for (const statement of [
      ...statementsOf(inputsOf('photos-role-policy')),
      ...statementsOf(inputsOf('photos-role'), 'assumeRolePolicy'),
      ...statementsOf(inputsOf('photos-queue-policy')).filter(({ Effect }) => Effect === 'Allow'),
    ]) {
      for (const action of statement.Action) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      for (const resource of statement.Resource ?? [])
        expect(resource).toMatch(/^arn:aws:[a-z0-9]+:[^*]*photos-[a-z-]+-0a1b2c3/);
    }
  });

  test('runs the function as the settings say, once it may do its work', () => {
    const { inputs, dependsOn } = deployment.resource('photos-resizer');
    expect(inputs).toMatchObject({
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      architectures: ['arm64'],
      memorySize: settings.function?.memory,
      ephemeralStorage: { size: settings.function?.ephemeralStorage ?? 512 },
      loggingConfig: { logFormat: 'Text', logGroup: 'photos-logs-0a1b2c3' },
      environment: {
        variables: {
          DARKROOM_SOURCE_BUCKET: 'photos-source-0a1b2c3',
          DARKROOM_PROCESSED_BUCKET: 'photos-processed-0a1b2c3',
          DARKROOM_QUEUE_URL: expect.stringMatching(/\/photos-queue-0a1b2c3$/),
          DARKROOM_DEAD_LETTER_QUEUE_URL: expect.stringMatching(/\/photos-dead-letters-0a1b2c3$/),
        },
      },
    });
    expect(dependsOn).toEqual(['photos-role-policy']);
    expect(inputsOf('photos-logs')['retentionInDays']).toBe(settings.logs?.retentionDays);
  });

  test('takes back single messages of a batch, and has a limit to its cost', () => {
    expect(inputsOf('photos-trigger')).toMatchObject({
      batchSize: settings.queue?.batchSize,
      scalingConfig: { maximumConcurrency: settings.queue?.maximumConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('is one component with everything in it', () => {
    const [component, ...children] = deployment.resources;
    expect(component).toMatchObject({ type: 'darkroom:index:ImagePipeline', name: 'photos' });
    for (const { name, parent } of children) {
      expect(name).toMatch(/^photos-/);
      expect(parent).toBeInstanceOf(ImagePipeline);
    }
  });
});

test('recipes are all that has to be given; the data is protected by default', async () => {
  const deployment = await deploy({ recipes });
  expect(deployment.ofType(BUCKET).every(({ protect }) => protect)).toBe(true);
});

test('two pipelines stand beside each other in one program', async () => {
  const { resources } = await runWithMocks(() => [
    new ImagePipeline('photos', { recipes, packageDir }),
    new ImagePipeline('scans', { recipes, packageDir }),
  ]);
  const names = resources.map(({ type, name }) => `${type} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.includes('scans'))).toHaveLength(names.length / 2);
});

test('settings reach the resources they are for', async () => {
  const deployment = await deploy({
    recipes,
    function: { architecture: 'x86_64', reservedConcurrency: 20 },
    tags: { team: 'media' },
  });
  expect(deployment.resource('photos-resizer').inputs).toMatchObject({
    architectures: ['x86_64'],
    reservedConcurrentExecutions: 20,
  });
  for (const name of [
    'source',
    'processed',
    'queue',
    'dead-letters',
    'role',
    'logs',
    'resizer',
    'trigger',
  ])
    expect(deployment.resource(`photos-${name}`).inputs['tags']).toMatchObject({ team: 'media' });
});

test('wrong settings are refused, each problem with its path', async () => {
  const wrong = {
    recipes: [{ name: 'photos', variants: [{ name: 'small', steps: [{ reszie: {} }] }] }],
  };
  // @ts-expect-error like a program without type checks
  await expect(deploy(wrong)).rejects.toThrow(
    /^ImagePipeline "photos" is not valid:\n {2}recipes\[0\]\.variants\[0\]\.steps\[0\].*reszie/,
  );
});

test('a resource that is refused fails the run, though nothing depends on it', async () => {
  await expect(
    runWithMocks(() => new ImagePipeline('photos', { recipes, packageDir }), {
      refused: 'photos-trigger',
    }),
  ).rejects.toThrow('photos-trigger was refused');
});

/** The rules that users have as a policy pack (`apps/policy`), on the program with all settings that we can think of. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseSettings, type SettingsInput } from '@darkroom/pipeline';
import { RULES } from '@darkroom/policy';
import { expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { brokenRules, dataOptions } from './testing/policy-stack.ts';
import { type MockedDeployment, runWithMocks } from './testing/run-with-mocks.ts';
import { settingsOf, stacks } from './testing/stack-files.ts';

/** What adds resources to those of prod. */
const EVERY_SWITCH: Partial<SettingsInput> = {
  encryption: { kms: true },
  delivery: { choices: { photos: { w640: ['w640-avif', 'w640-jpeg'] } } },
  events: {
    webhook: {
      url: 'https://shop.example/hooks',
      secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    },
  },
  alarms: { receivers: [{ email: 'operators@example.com' }] },
};
function deploy(settings: SettingsInput): Promise<MockedDeployment> {
  // Mocks do not open the package.
  return runWithMocks(() => new ImagePipeline('photos', { ...settings, packageDir: '.' }));
}

test.each(stacks)('the stack %s keeps every rule', async (stack) => {
  const settings = settingsOf(stack);
  const deployment = await deploy(settings);
  expect(brokenRules(deployment)).toEqual([]);
  const { protect } = parseSettings(settings, 'the test').storage;
  for (const { name, ...options } of dataOptions(deployment))
    expect({ name, ...options }).toEqual({ name, protect, retainOnDelete: protect });
});

/** A way to break the program, and the rule that sees it: as the graph is here, not as the rules' own tests build it. */
const BREAKS: readonly [rule: string, resource: string, property: string, value: unknown][] = [
  ['private-buckets', 'photos-source-access', 'blockPublicPolicy', false],
  ['private-buckets', 'photos-processed-ownership', 'rule', { objectOwnership: 'ObjectWriter' }],
  ['tls-only', 'photos-queue-policy', 'policy', '{"Statement":[]}'],
  ['tls-only', 'photos-processed-policy', 'policy', '{"Statement":[]}'],
  ['tls-only', 'photos-alarms-policy', 'policy', '{"Statement":[]}'],
  ['encrypted-at-rest', 'photos-dead-letters', 'sqsManagedSseEnabled', false],
  ['encrypted-at-rest', 'photos-source-encryption', 'rules', []],
  ['exact-actions', 'photos-role-policy', 'policy', allowing('s3:*', 'arn:aws:s3:::photos/*')],
  ['exact-resources', 'photos-role-policy', 'policy', allowing('s3:GetObject', '*')],
  [
    'known-callers',
    'photos-queue-policy',
    'policy',
    allowing('sqs:SendMessage', 'arn:aws:sqs:a:1:q', 's3.amazonaws.com'),
  ],
  ['data-is-kept', 'photos-source', 'forceDestroy', true],
  ['visibility-timeout', 'photos-queue', 'visibilityTimeoutSeconds', 60],
  ['dead-letters', 'photos-dead-letters', 'messageRetentionSeconds', 60],
  ['bounded-concurrency', 'photos-trigger', 'scalingConfig', undefined],
  ['environment-fits', 'photos-resizer', 'environment', { variables: { A: 'a'.repeat(4096) } }],
  ['alarms-reach-somebody', 'photos-alarm-dead-letters', 'alarmActions', []],
  ['logs-expire', 'photos-logs', 'retentionInDays', 0],
  ['tagged', 'photos-queue', 'tags', {}],
];

function allowing(Action: string, Resource: string, Service?: string): string {
  const Principal = Service === undefined ? {} : { Principal: { Service } };
  return JSON.stringify({ Statement: [{ Effect: 'Allow', Action, Resource, ...Principal }] });
}

test('each rule sees the program broken', async () => {
  const deployment = await deploy(settingsOf('prod'));
  expect(new Set(BREAKS.map(([rule]) => rule))).toEqual(new Set(RULES.map(({ name }) => name)));
  for (const [rule, name, property, value] of BREAKS) {
    deployment.resource(name);
    const resources = deployment.resources.map((one) =>
      one.name === name ? { ...one, inputs: { ...one.inputs, [property]: value } } : one,
    );
    const found = brokenRules({ ...deployment, resources });
    expect(
      found.map((violation) => violation.rule),
      `${name}.${property}`,
    ).toContain(rule);
  }
});

test('everything that the provider takes tags of has them', async () => {
  const everything = await deploy({ ...settingsOf('prod'), ...EVERY_SWITCH });
  const provider = path.dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'));
  for (const { type, name, inputs } of everything.resources) {
    const [, module] = /^aws:([^:]+):/.exec(type) ?? [];
    if (module === undefined) continue;
    const source = await readFile(path.join(provider, `${module}.js`), 'utf8');
    const takesTags = source.includes('resourceInputs["tags"]');
    expect({ name, hasTags: inputs['tags'] !== undefined }).toEqual({ name, hasTags: takesTags });
  }
});

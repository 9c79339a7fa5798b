import type { SettingsInput } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { ImagePipeline } from '../image-pipeline.ts';
import { runWithMocks, statementsOf } from '../testing/run-with-mocks.ts';

const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];
const deploy = (settings: Partial<SettingsInput>) =>
  runWithMocks(
    () => new ImagePipeline('photos', { recipes, packageDir: import.meta.dirname, ...settings }),
  );
const rulesOf = (inputs: Readonly<Record<string, unknown>>) =>
  inputs['rules'] as { id: string; expiration?: object }[];

test('outputs stay as long as their uploads, unless the settings let them expire', async () => {
  const kept = await deploy({});
  expect(rulesOf(kept.resource('photos-processed-lifecycle').inputs).map(({ id }) => id)).toEqual([
    'abandoned-multipart-uploads',
  ]);
  const expiring = await deploy({ storage: { expireProcessedDays: 30 } });
  expect(rulesOf(expiring.resource('photos-processed-lifecycle').inputs)).toContainEqual({
    id: 'old-outputs',
    status: 'Enabled',
    filter: { prefix: '' },
    expiration: { days: 30 },
  });
  // Uploads never do: they cannot be made again.
  for (const { expiration } of rulesOf(expiring.resource('photos-source-lifecycle').inputs))
    expect(expiration ?? {}).not.toHaveProperty('days');
});

test('pages of the given origins may upload to the bucket of the stack, and the setting can be removed', async () => {
  const cors = { origins: ['https://shop.example'], methods: ['POST' as const] };
  const deployment = await deploy({ source: { cors } });
  const { inputs, protect, retainOnDelete } = deployment.resource('photos-source-cors');
  expect(inputs).toMatchObject({
    bucket: 'photos-source-0a1b2c3',
    corsRules: [{ allowedOrigins: ['https://shop.example'], allowedMethods: ['POST'] }],
  });
  expect({ protect, retainOnDelete }).toEqual({ protect: false, retainOnDelete: false });
});

test.each<[string, Partial<SettingsInput>]>([
  ['as they are by default', {}],
  [
    'with every switch on',
    {
      encryption: { kms: true },
      delivery: {},
      events: {},
      source: { bucket: 'holiday-photos' },
    },
  ],
])('no policy lets everybody or every service in: %s', async (_what, settings) => {
  const { resources } = await deploy(settings);
  const policies = resources.filter(({ inputs }) => typeof inputs['policy'] === 'string');
  expect(policies.length).toBeGreaterThan(4);
  for (const { name, inputs } of policies)
    for (const { Sid, Effect, Principal, Action, Resource = [], Condition } of statementsOf(
      inputs,
    )) {
      if (Effect === 'Deny' || Sid === 'LetAccountDecide') continue;
      const where = `${name}, ${Sid}`;
      expect(Principal, where).not.toBe('*');
      for (const action of Action) expect(action, where).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      // In a key's policy `*` is the key itself.
      if (name !== 'photos-key-policy') expect(Resource, where).not.toContain('*');
      // A service acts for anybody, unless it has to say for whom.
      if (Principal) expect(JSON.stringify(Condition), where).toMatch(/aws:Source|aws:logs:arn/);
    }
});

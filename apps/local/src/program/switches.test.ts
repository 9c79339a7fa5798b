/** The repository's program with all settings enabled: accepts and lists the types that are not emulated. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, handlers, lambdaSpecs } from '@darkroom/local-pulumi';
import {
  deployBy,
  runByLanguageHost,
  startCloud,
  type Cloud,
} from '@darkroom/local-pulumi/testing';

const workspace = path.resolve(import.meta.dirname, '../../../..');
const variants = ['webp', 'jpeg'].map((format) => ({
  name: `w640-${format}`,
  steps: [{ resize: { width: 640 } }, { encode: { format } }],
}));
const settings = {
  recipes: [{ name: 'photos', match: { prefix: 'uploads/' }, variants }],
  storage: { protect: false, expireProcessedDays: 30 },
  encryption: { kms: true },
  delivery: { choices: { photos: { w640: ['w640-webp', 'w640-jpeg'] } } },
  events: {
    webhook: {
      url: 'http://127.0.0.1:3000/hooks',
      secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    },
  },
};

let cloud: Cloud;
let projectDir: string;
beforeAll(async () => {
  cloud = await startCloud();
  projectDir = await mkdtemp(path.join(tmpdir(), 'switches-'));
  await writeFile(path.join(projectDir, 'Pulumi.yaml'), 'name: darkroom\n');
  // JSON is YAML too.
  await writeFile(
    path.join(projectDir, 'Pulumi.local.yaml'),
    `config:\n  aws:region: us-east-1\n  darkroom:packageTarget: host\n  darkroom:pipeline: ${JSON.stringify(settings)}\n`,
  );
});
afterAll(async () => {
  await cloud.stop();
  await rm(projectDir, { recursive: true, force: true });
});

test('is deployed, says what is not emulated, and is the same through Pulumi’s language host', async () => {
  const options = {
    entry: path.join(workspace, 'apps/infra/src/program.ts'),
    ...{
      projectDir,
      stack: 'local',
      dataDir: cloud.dataDir,
      handlers,
      context: cloud.context,
      unknownTypes: 'reject' as const,
    },
  };
  const first = await deploy(options);
  expect(first.outputs).toMatchObject({
    deliveryUrl: expect.stringMatching(/^https:\/\/e[0-9a-z]{13}\.cloudfront\.invalid$/),
    eventBusArn: expect.stringMatching(/:event-bus\/photos-outcomes-[0-9a-f]{7}$/),
  });
  const { functions } = lambdaSpecs(first.resources, cloud.dataDir);
  const spec = functions.find(({ handler }) => handler === 'index.handler');
  expect(spec?.environment['DARKROOM_EVENT_BUS']).toBe(first.outputs['eventBusArn']);
  const told = new Set(first.notEmulated.map(({ type, property }) => property ?? type));
  for (const what of [
    'aws:kms/key:Key',
    'aws:kms/keyPolicy:KeyPolicy',
    'aws:cloudfront/distribution:Distribution',
    'aws:cloudfront/function:Function',
    'aws:cloudwatch/eventBus:EventBus',
    'aws:ssm/parameter:Parameter',
    'kmsMasterKeyId',
    'kmsKeyArn',
  ])
    expect(told).toContain(what);

  cloud.takeCalls();
  const { changes, outputs } = await deployBy(runByLanguageHost, options);
  expect(changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
  expect(outputs).toEqual(first.outputs);
  expect(cloud.takeCalls()).toEqual([]);
});

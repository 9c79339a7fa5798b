import type { SettingsInput } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { PartitionError, requireDelivery } from './partition.ts';
import { EVERY_FEATURE } from './testing/every-feature.ts';
import { runWithMocks } from './testing/run-with-mocks.ts';

const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];
const deploy = (region: string, settings: Partial<SettingsInput>) => {
  const built: { pipeline?: ImagePipeline } = {};
  const deployment = runWithMocks(
    () => {
      built.pipeline = new ImagePipeline('photos', { recipes, packageDir: '.', ...settings });
    },
    { region },
  );
  return deployment.then((done) => ({ ...done, pipeline: built.pipeline }));
};

const { delivery: _, ...withoutDelivery } = EVERY_FEATURE[0] ?? { recipes };
/** Every feature apart from delivery. */
const everything: Partial<SettingsInput> = {
  ...withoutDelivery,
  source: { bucket: 'holiday-photos' },
  tracing: true,
  function: { vpc: { subnetIds: ['subnet-01234567'], securityGroupIds: ['sg-01234567'] } },
};

describe.each([
  ['cn-north-1', 'aws-cn', 'logs.cn-north-1.amazonaws.com.cn', 'console.amazonaws.cn'],
  [
    'us-gov-west-1',
    'aws-us-gov',
    'logs.us-gov-west-1.amazonaws.com',
    'console.amazonaws-us-gov.com',
  ],
])('in %s', (region, partition, logs, console) => {
  test.each([
    ['all features', everything],
    ['the bucket of the stack', { ...everything, source: { cors: { origins: ['*'] } } }],
    [
      'an existing bucket with added notifications',
      { ...everything, source: { bucket: 'holiday-photos', notifications: 'add' as const } },
    ],
  ])(`%s have ARNs of ${partition}`, async (_what, settings) => {
    const { resources } = await deploy(region, settings);
    const texts = resources.map(({ name, inputs }) => `${name} ${JSON.stringify(inputs)}`);
    const ofAws = /arn:aws:|eu-central-1|console\.aws\.amazon\.com/;
    expect(texts.filter((text) => ofAws.test(text))).toEqual([]);
    expect(texts.join('\n')).toContain(`https://${region}.${console}/cloudwatch`);
    expect(texts.join('\n')).toContain('photos-webhook-sender');
    expect(texts.join('\n')).toContain(`arn:${partition}:sqs:${region}:`);
  });

  test('delivery is refused with the reason', () => {
    expect(() => requireDelivery('photos', region)).toThrow(PartitionError);
    expect(() => requireDelivery('photos', region)).toThrow(
      new RegExp(`"photos": delivery is not supported in ${partition}: CloudFront .*Remove`),
    );
    expect(requireDelivery('photos', 'eu-west-1')).toBe(true);
  });

  test('the key admits the logs of the region, and the dashboard is in the console of the partition', async () => {
    const deployment = await deploy(region, everything);
    expect(JSON.stringify(deployment.resource('photos-key-policy').inputs)).toContain(logs);
    const url = await new Promise<string>((resolve) =>
      deployment.pipeline?.dashboardUrl.apply(resolve),
    );
    expect(url.startsWith(`https://${region}.${console}/cloudwatch/home?region=${region}#`)).toBe(
      true,
    );
  });
});

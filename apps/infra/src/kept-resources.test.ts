/**
 * Existing stacks keep their data, and the names that others use, through every change of this program. Pulumi finds a
 * resource by its type, its parents and its name. If one of them changes without an alias, it creates another resource and
 * deletes the old one, or fails because it is protected.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import type * as pulumi from '@pulumi/pulumi';
import { expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { EVERY_FEATURE } from './testing/every-feature.ts';
import { type MockedResource, runWithMocks } from './testing/run-with-mocks.ts';
import { settingsOf, stacks } from './testing/stack-files.ts';

/** They contain data, or others know them: applications, subscribers, key policies, DNS. */
const STATEFUL = [
  'aws:cloudfront/distribution:Distribution',
  'aws:cloudwatch/eventBus:EventBus',
  'aws:cloudwatch/logGroup:LogGroup',
  'aws:iam/role:Role',
  'aws:kms/key:Key',
  'aws:lambda/function:Function',
  'aws:s3/bucket:Bucket',
  'aws:sns/topic:Topic',
  'aws:sns/topicSubscription:TopicSubscription',
  'aws:sqs/queue:Queue',
];

/** In kept-resources.txt: `PARENT$TYPE NAME`, as in a URN. */
function labelsOf({ type, name, parent, aliases }: MockedResource): string[] {
  const parents: string[] = [];
  for (let one = parent as Linked | undefined; one; one = one.__parentResource)
    if (one.__pulumiType !== 'pulumi:pulumi:Stack') parents.unshift(`${one.__pulumiType}$`);
  return [name, ...aliases].map((known) => `${parents.join('')}${type} ${known}`);
}
type Linked = pulumi.Resource & { __pulumiType: string; __parentResource?: Linked };

async function resourcesOf(settings: SettingsInput): Promise<MockedResource[]> {
  const { resources } = await runWithMocks(
    () => new ImagePipeline('photos', { ...settings, packageDir: '.' }),
  );
  return resources.filter(
    ({ type, protect, retainOnDelete }) => protect || retainOnDelete || STATEFUL.includes(type),
  );
}

test('keeps each protected or stateful resource of earlier versions under its name or an alias', async () => {
  const resources: MockedResource[] = [];
  // Users change the receivers of the committed stacks.
  const committed = stacks.map((stack) => ({ ...settingsOf(stack), alarms: {} }));
  for (const settings of [...committed, ...EVERY_FEATURE])
    resources.push(...(await resourcesOf(settings)));
  const file = path.join(import.meta.dirname, 'kept-resources.txt');
  const earlier = (await readFile(file, 'utf8')).trim().split('\n');

  const today = new Set(resources.flatMap(labelsOf));
  expect(
    earlier.filter((label) => !today.has(label)),
    'The program renames these resources: add the option `aliases` with the old name.',
  ).toEqual([]);
  expect(
    [...new Set(resources.map((one) => labelsOf(one)[0]))].filter(
      (label = '') => !earlier.includes(label),
    ),
    'New resources: add these lines to kept-resources.txt.',
  ).toEqual([]);
});

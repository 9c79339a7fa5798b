import { parseSettings, type Settings, type SettingsInput } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createObservability } from '../observability/observability.ts';
import { type MockedDeployment, runWithMocks } from './run-with-mocks.ts';

export const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];

export function settingsWith(rest: Omit<SettingsInput, 'recipes'> = {}): Settings {
  return parseSettings({ recipes, ...rest }, 'test');
}

/** Observability alone, of a queue pair, a function and a log group that do nothing. */
export function observe(
  settings: Settings,
  { keyArn }: { keyArn?: string } = {},
): Promise<MockedDeployment> {
  return runWithMocks(() => {
    const queue = new aws.sqs.Queue('photos-queue');
    const deadLetters = new aws.sqs.Queue('photos-dead-letters');
    const handler = new aws.lambda.Function('photos-resizer', {
      role: 'role',
      code: new pulumi.asset.FileArchive('.'),
    });
    const logGroup = new aws.cloudwatch.LogGroup('photos-logs');
    createObservability(
      'photos',
      { settings, queues: { queue, deadLetters }, handler, logGroup, keyArn },
      {},
    );
  });
}

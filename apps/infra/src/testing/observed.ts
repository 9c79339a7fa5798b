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
  { keyArn, ruleCount = 0 }: { keyArn?: string; ruleCount?: number } = {},
): Promise<MockedDeployment> {
  return runWithMocks(() => {
    const queue = new aws.sqs.Queue('photos-queue');
    const deadLetters = new aws.sqs.Queue('photos-dead-letters');
    const handler = new aws.lambda.Function('photos-resizer', {
      role: 'role',
      code: new pulumi.asset.FileArchive('.'),
    });
    const logGroup = new aws.cloudwatch.LogGroup('photos-logs');
    const rules = Array.from(
      { length: ruleCount },
      (_, index) => new aws.cloudwatch.EventRule(`photos-uploads-${index}`, { eventPattern: '{}' }),
    );
    createObservability(
      'photos',
      { settings, queues: { queue, deadLetters }, handler, logGroup, rules, keyArn },
      {},
    );
  });
}

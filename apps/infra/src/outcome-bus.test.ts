import type { SettingsInput } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { ACCOUNT, REGION } from './testing/provider.ts';
import { runWithMocks, statementsOf } from './testing/run-with-mocks.ts';

const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];
const deploy = (events: SettingsInput['events']) =>
  runWithMocks(
    () => new ImagePipeline('photos', { recipes, events, packageDir: import.meta.dirname }),
  );
const GIVEN = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/company`;

test.each([
  ['its own', {}, `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/photos-outcomes-0a1b2c3`, 1],
  ['a given one', { busArn: GIVEN }, GIVEN, 0],
])(
  'the function publishes outcomes to %s bus, and its role allows it',
  async (_what, events, arn, made) => {
    const deployment = await deploy(events);
    expect(deployment.ofType('aws:cloudwatch/eventBus:EventBus')).toHaveLength(made);
    expect(deployment.resource('photos-resizer').inputs['environment']).toMatchObject({
      variables: { DARKROOM_EVENT_BUS: arn },
    });
    expect(statementsOf(deployment.resource('photos-role-policy').inputs)).toContainEqual({
      Sid: 'TellOutcomes',
      Effect: 'Allow',
      Action: ['events:PutEvents'],
      Resource: [arn],
    });
  },
);

test('creates no event bus without `events`', async () => {
  const { resources } = await deploy(undefined);
  const inputs = JSON.stringify(resources.map((resource) => resource.inputs));
  expect(inputs).not.toMatch(/DARKROOM_EVENT_BUS|events:PutEvents/);
});

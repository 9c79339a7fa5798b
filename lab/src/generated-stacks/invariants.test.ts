/** What has to hold between the parts of a deployed pipeline, whatever the settings. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  CLOSING_MS,
  CONNECTION_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
  type SettingsInput,
} from '@darkroom/pipeline';
import { ImagePipeline } from '@darkroom/infra';
import { runWithMocks, settingsOf, stacks, type MockedDeployment } from '@darkroom/infra/testing';
import * as pulumi from '@pulumi/pulumi';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { arbitrarySettings } from './arbitrary-settings.ts';

const RUNS = 40;
/** Seconds: as often as the SDK tries a request (apps/resizer/src/clients.ts). */
const REQUESTS = (3 * (CONNECTION_TIMEOUT_MS + REQUEST_TIMEOUT_MS)) / 1000;

function deploy(settings: SettingsInput): Promise<MockedDeployment> {
  return runWithMocks(() => new ImagePipeline('photos', { ...settings, packageDir: '.' }));
}

function expectInvariants(deployment: MockedDeployment): void {
  const resource = (name: string) => deployment.resource(name);
  const queue = resource('photos-queue').inputs;
  const deadLetters = resource('photos-dead-letters').inputs;
  const trigger = resource('photos-trigger').inputs;
  const handler = resource('photos-resizer').inputs;
  const timeout = handler['timeout'] as number;
  const visibility = queue['visibilityTimeoutSeconds'] as number;

  // A worker and its requests are dead before its message reappears.
  const window = trigger['maximumBatchingWindowInSeconds'] as number;
  expect(visibility).toBeGreaterThanOrEqual(6 * timeout + window);
  expect(timeout + REQUESTS).toBeLessThan(visibility);
  expect(visibility).toBeLessThanOrEqual(12 * 3600);
  expect(timeout * 1000).toBeGreaterThan(CLOSING_MS);

  expect(deadLetters['messageRetentionSeconds']).toBeGreaterThan(
    queue['messageRetentionSeconds'] as number,
  );

  const { maximumConcurrency } = trigger['scalingConfig'] as { maximumConcurrency: number };
  expect(maximumConcurrency).toBeGreaterThanOrEqual(2);
  expect(maximumConcurrency).toBeLessThanOrEqual(
    (handler['reservedConcurrentExecutions'] as number | undefined) ?? 1000,
  );

  const { variables } = handler['environment'] as { variables: Record<string, string> };
  expect(Buffer.byteLength(JSON.stringify(variables))).toBeLessThanOrEqual(4096);
  expect(variables['DARKROOM_SOURCE_BUCKET']).not.toBe(variables['DARKROOM_PROCESSED_BUCKET']);

  // An alarm that cannot go off before what it warns of has happened is none.
  const thresholdOf = (name: string) =>
    resource(`photos-alarm-${name}`).inputs['threshold'] as number;
  expect(thresholdOf('oldest-message')).toBeLessThan(queue['messageRetentionSeconds'] as number);
  expect(thresholdOf('duration')).toBeLessThan(timeout * 1000 - CLOSING_MS);
  for (const { inputs } of deployment.ofType('aws:cloudwatch/metricAlarm:MetricAlarm'))
    expect(inputs['alarmActions']).toHaveLength(1);

  for (const { type, name, inputs } of deployment.resources) {
    expect(name).toMatch(/^photos(?:-|$)/);
    if (isTaggable(type))
      expect({ name, tags: inputs['tags'] }).toEqual({
        name,
        tags: expect.objectContaining({
          'darkroom:stack': 'darkroom/test',
          'darkroom:pipeline': 'photos',
        }),
      });
  }
}

const taggable = new Map<string, boolean>();

/** Whether the provider's own type has tags: a part that forgets them is found by its type alone. */
function isTaggable(type: string): boolean {
  const known = taggable.get(type);
  if (known !== undefined) return known;
  const [provider, module = ''] = type.split(':');
  const root = path.dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'));
  const file = path.join(root, `${module}.d.ts`);
  const found =
    provider === 'aws' && existsSync(file) && /^ {4}tags\?: /m.test(readFileSync(file, 'utf8'));
  taggable.set(type, found);
  return found;
}

const warned = vi.spyOn(pulumi.log, 'warn');
beforeEach(() => void warned.mockResolvedValue());
afterEach(() => warned.mockReset());

describe('hold in every committed stack', () => {
  test.each(stacks)('%s', async (stack) => {
    expectInvariants(await deploy(settingsOf(stack)));
    expect(warned).not.toHaveBeenCalled();
  });
});

test(`hold in ${RUNS} generated stacks`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySettings(), async (settings) => {
      expectInvariants(await deploy(settings));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

test('know which types have tags', () => {
  expect(isTaggable('aws:sqs/queue:Queue')).toBe(true);
  expect(isTaggable('aws:sns/topic:Topic')).toBe(true);
  expect(isTaggable('aws:cloudwatch/dashboard:Dashboard')).toBe(false);
  expect(isTaggable('darkroom:index:ImagePipeline')).toBe(false);
});

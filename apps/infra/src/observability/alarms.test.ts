import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CODES, parseSettings } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { observe, recipes, settingsWith } from '../testing/observed.ts';
import { ACCOUNT } from '../testing/provider.ts';
import { statementsOf } from '../testing/run-with-mocks.ts';
import { workspace } from '../testing/stack-files.ts';
import { alarmTable, REJECTIONS, RUNBOOK } from './alarm-table.ts';

interface MetricQuery {
  readonly id: string;
  readonly expression?: string;
  readonly returnData: boolean;
  readonly metric?: {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly period: number;
    readonly stat: string;
  };
}

const settings = settingsWith();
const withWebhook = settingsWith({
  events: {
    webhook: {
      url: 'https://shop.example/hooks',
      secret: `whsec_${Buffer.alloc(32).toString('base64')}`,
    },
  },
});
const deployment = await observe(settings);
const alarms = deployment.ofType('aws:cloudwatch/metricAlarm:MetricAlarm');
/** Of a pipeline that gets its events by two EventBridge rules. */
const byRules = await observe(settings, { ruleCount: 2 });
const alarmsOfRules = byRules
  .ofType('aws:cloudwatch/metricAlarm:MetricAlarm')
  .filter(({ name }) => name.startsWith('photos-alarm-events-'));
const queriesOf = (name: string) =>
  deployment.resource(`photos-alarm-${name}`).inputs['metricQueries'] as MetricQuery[];

describe('every alarm', () => {
  test.each([...alarms, ...alarmsOfRules])(
    '$name tells the topic, in both directions, and is silent without data',
    ({ inputs }) => {
      const topic = expect.stringMatching(/^arn:aws:sns:.*:photos-alarms-0a1b2c3$/);
      expect(inputs).toMatchObject({
        alarmActions: [topic],
        okActions: [topic],
        treatMissingData: 'notBreaching',
        comparisonOperator: 'GreaterThanThreshold',
      });
      expect(inputs['datapointsToAlarm']).toBeLessThanOrEqual(
        inputs['evaluationPeriods'] as number,
      );
    },
  );

  test.each([...alarms, ...alarmsOfRules])(
    '$name says what is the case, and which section of the runbook helps',
    ({ inputs }) => {
      const description = inputs['alarmDescription'] as string;
      // CloudWatch's limit.
      expect(description.length).toBeLessThanOrEqual(1024);
      expect(description).toMatch(/^[A-Z].*\. What to do: docs\/runbook\.md#[a-z-]+$/);
    },
  );

  test.each(alarms)('$name compares one value, made of metrics of this pipeline', ({ inputs }) => {
    const queries = inputs['metricQueries'] as MetricQuery[];
    expect(queries.filter(({ returnData }) => returnData)).toHaveLength(1);
    const ids = new Set(queries.map(({ id }) => id));
    for (const { id, metric, expression } of queries) {
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
      expect(id).toMatch(/^[a-z][a-zA-Z0-9_]{0,254}$/);
      if (metric) {
        expect(Object.values(metric.dimensions)).toContainEqual(
          expect.stringMatching(/^photos-(?:queue|dead-letters|resizer)-0a1b2c3$/),
        );
        continue;
      }
      const named = expression?.match(/\b[a-z]\w*\b/g) ?? [];
      expect(named.length).toBeGreaterThan(1);
      for (const name of named) expect(ids).toContain(name);
      for (const other of ids) if (other !== id) expect(named).toContain(other);
    }
  });

  test('has a section of the runbook, and none is left over', () => {
    const runbook = readFileSync(path.join(workspace, RUNBOOK), 'utf8');
    const sections = [...runbook.matchAll(/^## (?<title>.+)$/gm)].map(({ groups }) =>
      (groups?.['title'] ?? '').toLowerCase().replaceAll(' ', '-'),
    );
    const wanted = new Set(alarmTable(withWebhook, 1).map(({ runbook: section }) => section));
    expect([...wanted, 'without-an-alarm'].sort()).toEqual(sections.sort());
  });
});

test('they are these', () => {
  expect(alarms.map(({ name }) => name).sort()).toEqual(
    [
      'daily-cost',
      'dead-letters',
      'duration',
      'errors',
      'failed-attempts',
      'memory',
      'more-dead-letters',
      'oldest-message',
      'rejected-corrupt-image',
      'rejected-not-applicable',
      'rejected-source-unreadable',
      'rejected-too-large',
      'rejected-transform-failed',
      'rejected-unsupported-format',
      'spending',
      'throttles',
    ].map((name) => `photos-alarm-${name}`),
  );
});

test('each EventBridge rule has two: for events that fail, and for events that are lost', () => {
  expect(
    alarmsOfRules.map(({ name, inputs }) => [
      name,
      (inputs['metricQueries'] as MetricQuery[]).map(({ metric }) => metric),
    ]),
  ).toEqual(
    [0, 1].flatMap((rule) =>
      ['failed FailedInvocations', 'lost InvocationsFailedToBeSentToDlq'].map((one) => {
        const [kind, metricName] = one.split(' ');
        const RuleName = `photos-uploads-${rule}-0a1b2c3`;
        const metric = { namespace: 'AWS/Events', metricName, dimensions: { RuleName } };
        return [`photos-alarm-events-${rule}-${kind}`, [{ ...metric, period: 300, stat: 'Sum' }]];
      }),
    ),
  );
});

test('their names contain the stack, and end like that of the topic: two stacks can have one name', () => {
  expect(deployment.resource('photos-alarm-spending').inputs['name']).toBe(
    'darkroom-test-photos-spending-0a1b2c3',
  );
});

test('more dead letters alert again, while earlier ones wait or an operator has received them', () => {
  const compared = queriesOf('more-dead-letters').find(({ returnData }) => returnData);
  expect(compared?.expression).toBe('DIFF(letters + received)');
});

test('the cost of a day is that of the last hour, by the prices of the settings', () => {
  const [, ...rest] = alarmTable(settingsWith({ function: { memory: 1024 } })).filter(
    ({ name }) => name === 'spending' || name === 'daily-cost',
  );
  expect(rest).toMatchObject([
    {
      name: 'daily-cost',
      threshold: 20,
      expression:
        '24 * (callTime / 1000 * 1 * 0.0000133334 + calls * 0.0000002 + (FILL(outputs, 0) + FILL(decided, 0)) * 0.000005)',
    },
  ]);
});

describe('thresholds', () => {
  const thresholds = (rest: Parameters<typeof settingsWith>[0]) =>
    Object.fromEntries(
      alarmTable(settingsWith(rest)).map(({ name, threshold }) => [name, threshold]),
    );

  test('follow from the other settings', () => {
    expect(thresholds({ function: { timeout: 100 }, queue: { batchWindow: 10 } })).toMatchObject({
      'dead-letters': 0,
      'oldest-message': 3 * 610,
      duration: 0.8 * 95_000,
    });
  });

  test('can be reached: no call takes longer than the time in which the function works', () => {
    for (const timeout of [10, 60, 900]) {
      const { duration } = thresholds({ function: { timeout } });
      expect(duration).toBeLessThan(timeout * 1000 - 5000);
    }
  });

  test('are settings where people differ', () => {
    const alarmSettings = {
      oldestMessage: 900,
      errorRate: 1,
      failedAttempts: 10,
      memoryUsed: 80,
      rejectedShare: 50,
      callsPerMessage: 2,
      dailyCost: 7,
    };
    const given = thresholds({ alarms: alarmSettings });
    expect(given).toMatchObject({
      'oldest-message': 900,
      errors: 1,
      'failed-attempts': 10,
      memory: 80,
      'rejected-corrupt-image': 50,
      'rejected-transform-failed': 1,
      'daily-cost': 7,
    });
    const spending = alarmTable(settingsWith({ alarms: alarmSettings })).find(
      ({ name }) => name === 'spending',
    );
    expect(spending?.expression).toBe('calls - 2 * IF(sent > settled, sent, settled)');
  });
});

test('every code that a manifest can be rejected with has its alarm, but for the one that dead letters tell of', () => {
  const rejecting = Object.entries(CODES)
    .filter(([, { verdict }]) => verdict.startsWith('reject'))
    .map(([code]) => code);
  expect([...REJECTIONS, 'GAVE_UP'].sort()).toEqual(rejecting.sort());
});

test('the share of a code is of the uploads that were decided upon, by the function of this stack', () => {
  expect(queriesOf('rejected-too-large')).toEqual([
    {
      id: 'rejected',
      returnData: false,
      metric: {
        namespace: 'Darkroom',
        metricName: 'TOO_LARGE',
        dimensions: { service: 'darkroom', FunctionName: 'photos-resizer-0a1b2c3' },
        period: 3600,
        stat: 'Sum',
      },
    },
    {
      id: 'decided',
      returnData: false,
      metric: {
        namespace: 'Darkroom',
        metricName: 'Rejected',
        dimensions: { service: 'darkroom', FunctionName: 'photos-resizer-0a1b2c3' },
        period: 3600,
        stat: 'SampleCount',
      },
    },
    {
      id: 'compared',
      label: 'rejected-too-large',
      expression: 'IF(decided >= 20, 100 * rejected / decided, 0)',
      returnData: true,
    },
  ]);
});

describe('the topic', () => {
  test('takes messages of the alarms of this account, over TLS', () => {
    const arn = expect.stringMatching(/:photos-alarms-0a1b2c3$/);
    expect(statementsOf(deployment.resource('photos-alarms-policy').inputs)).toEqual([
      {
        Sid: 'AllowAlarms',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['sns:Publish'],
        Resource: [arn],
        Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      },
      {
        Sid: 'DenyPlainHttp',
        Effect: 'Deny',
        Principal: '*',
        Action: ['sns:Publish'],
        Resource: [arn],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  test('is encrypted with the key of the stack, where there is one', async () => {
    expect(deployment.resource('photos-alarms').inputs).not.toHaveProperty('kmsMasterKeyId');
    const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/1';
    const encrypted = await observe(settings, { keyArn });
    expect(encrypted.resource('photos-alarms').inputs['kmsMasterKeyId']).toBe(keyArn);
  });

  test('tells the receivers', async () => {
    const receivers = [{ email: 'ops@example.org' }, { https: 'https://alerts.example.org/a' }];
    const told = await observe(settingsWith({ alarms: { receivers } }));
    expect(
      told.ofType('aws:sns/topicSubscription:TopicSubscription').map(({ inputs }) => inputs),
    ).toEqual([
      expect.objectContaining({ protocol: 'email', endpoint: 'ops@example.org' }),
      expect.objectContaining({ protocol: 'https', endpoint: 'https://alerts.example.org/a' }),
    ]);
  });

  test('keeps the URL of an https receiver secret, because it contains a token', async () => {
    const receivers = [{ email: 'ops@example.org' }, { https: 'https://alerts.example.org/a' }];
    const told = await observe(settingsWith({ alarms: { receivers } }));
    expect(
      told
        .ofType('aws:sns/topicSubscription:TopicSubscription')
        .map(({ inputs, secrets }) => [inputs['protocol'], secrets]),
    ).toEqual([
      ['email', []],
      ['https', ['endpoint']],
    ]);
  });

  test('names receivers by content, with the position as the alias', async () => {
    const a = { email: 'a@example.org' };
    const b = { https: 'https://example.org/b' };
    const namesOf = async (receivers: readonly object[]) => {
      const told = await observe(parseSettings({ recipes, alarms: { receivers } }, 'test'));
      return told
        .ofType('aws:sns/topicSubscription:TopicSubscription')
        .map(({ name, aliases }) => [name, ...aliases])
        .sort(([, one = ''], [, other = '']) => one.localeCompare(other));
    };
    const [first, second] = await namesOf([a, b]);
    expect(first).toEqual([
      expect.stringMatching(/^photos-alarms-receiver-[0-9a-f]{8}$/),
      'photos-alarms-receiver-1',
    ]);
    expect(second?.[1]).toBe('photos-alarms-receiver-2');
    expect(await namesOf([b, a])).toEqual([
      [second?.[0], 'photos-alarms-receiver-1'],
      [first?.[0], 'photos-alarms-receiver-2'],
    ]);
  });

  test.each([
    [[{ email: 'ops@example.org', https: 'https://example.org' }], /receivers\[0\]: either/],
    [[{}], /receivers\[0\]: either/],
    [[{ https: 'http://example.org' }], /receivers\[0\]\.https: must be an https URL/],
    [[{ sms: '+49' }], /receivers\[0\]\.sms: unknown key; allowed: email, https/],
  ])('%j is no receiver', (receivers, problem) => {
    const settingsFile: unknown = { recipes, alarms: { receivers } };
    expect(() => parseSettings(settingsFile, 'test')).toThrow(problem);
  });
});

test('links go to where the runbook is published', async () => {
  const runbookUrl = 'https://wiki.example.org/runbook';
  const linked = await observe(settingsWith({ alarms: { runbookUrl } }));
  expect(linked.resource('photos-alarm-spending').inputs['alarmDescription']).toContain(
    'https://wiki.example.org/runbook#spending',
  );
});

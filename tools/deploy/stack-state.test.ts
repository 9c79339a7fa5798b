import { expect, test } from 'vitest';
import {
  notificationsChanged,
  readState,
  reservedExecutions,
  unsubscribedReceivers,
} from './stack-state.ts';

const FUNCTION = 'aws:lambda/function:Function';

test('the reserved executions of all functions are added up', () => {
  const reserving = [20, undefined, -1, 5].map((reservedConcurrentExecutions) => ({
    urn: 'urn',
    type: FUNCTION,
    outputs: { reservedConcurrentExecutions },
  }));
  const other = { urn: 'urn', type: 'other', outputs: { reservedConcurrentExecutions: 100 } };
  expect(reservedExecutions([...reserving, other])).toBe(25);
  expect(reservedExecutions([])).toBe(0);
});

test.each([
  ['a notification of the bucket', 'aws:s3/bucketNotification:BucketNotification'],
  ['the target of a rule', 'aws:cloudwatch/eventTarget:EventTarget'],
])('the last change of %s counts', (_, type) => {
  const days = ['2026-03-01', '2026-03-03', '2026-03-02'].map((day) => new Date(day));
  const changed = days.map((modified) => ({ urn: 'urn', type, outputs: {}, modified }));
  const unknown = { urn: 'urn', type, outputs: {} };
  const later = { urn: 'urn', type: FUNCTION, outputs: {}, modified: new Date('2026-04-01') };
  expect(notificationsChanged([...changed, unknown, later])).toEqual(new Date('2026-03-03'));
  expect(notificationsChanged([unknown, later])).toBeUndefined();
});

/** What is read where the CLI does this. */
const stateBy = (script: string) => {
  const command = { program: 'sh', args: ['-c', script, 'pulumi'] };
  const pulumi = { command, version: 'v3', user: 'tester' };
  return readState({ workspace: import.meta.dirname, stack: 'test', pulumi });
};

test.each([
  ['resources', '{"deployment":{"resources":[{"urn":"u","type":"t","modified":"2026-03-01"}]}}', 1],
  ['a stack without resources', '{"deployment":{"resources":null}}', 0],
  ['a new stack of Pulumi Cloud', '{"deployment":null}', 0],
])('reads the state of %s', async (_what, answer, count) => {
  const found = await stateBy(
    `[ "$PWD $*" = "${import.meta.dirname} stack export --stack test" ] && printf %s '${answer}' || echo {}`,
  );
  const resource = { urn: 'u', type: 't', outputs: {}, modified: new Date('2026-03-01') };
  expect(found).toEqual(Array(count).fill(resource));
});

test('a stack that does not exist has deployed nothing', async () => {
  expect(await stateBy('echo error: no stack; exit 255')).toEqual([]);
});

test('a receiver that version 0.1 named by another position would be unsubscribed', () => {
  const at = (name: string, endpoint: unknown, type = 'topicSubscription:TopicSubscription') => ({
    urn: `urn:pulumi:test::darkroom::aws:sns/${type}::photos-alarms-receiver-${name}`,
    type: `aws:sns/${type}`,
    outputs: { endpoint },
  });
  const receivers = [
    { email: 'a@example.org', https: undefined },
    { email: undefined, https: 'https://b.example.org/' },
    { email: 'c@example.org', https: undefined },
  ];
  const unsubscribed = (...state: Parameters<typeof reservedExecutions>[0]) =>
    unsubscribedReceivers(state, { alarms: { receivers } } as never);

  expect(unsubscribed(at('1', 'a@example.org'), at('2', 'https://b.example.org/'))).toEqual([]);
  expect(unsubscribed(at('2', 'a@example.org'), at('1', 'https://b.example.org/'))).toEqual([
    'a@example.org',
    'https://b.example.org/',
  ]);
  expect(unsubscribed(at('13', 'c@example.org'))).toEqual(['c@example.org']);
  // It is in the list no more, it is named by its address, or it is something else.
  expect(unsubscribed(at('3', 'd@example.org'), at('3', undefined))).toEqual([]);
  expect(unsubscribed(at('2-a', 'a@example.org'), at('a2', 'a@example.org'))).toEqual([]);
  expect(unsubscribed(at('2', 'a@example.org', 'topic:Topic'))).toEqual([]);
});

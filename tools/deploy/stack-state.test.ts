import { expect, test } from 'vitest';
import { notificationsChanged, reservedExecutions } from './stack-state.ts';

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

import { expect, test } from 'vitest';
import { RecentOutcomes } from './recent-outcomes.ts';

test('counts outcomes by code, and lists the events of one key', () => {
  const recent = new RecentOutcomes();
  const lines = [
    { message: 'done', key: 'a.jpg', duration: 12 },
    { message: 'done', key: 'b.jpg', duration: 9 },
    { message: 'rejected', key: 'c.txt', code: 'UNSUPPORTED_FORMAT', reason: 'text' },
    { message: 'attempt failed', key: 'a.jpg', code: 'THROTTLED', error: { message: 'slow' } },
    { message: 'dead letter', key: 'd.jpg', code: 'TRANSFORM_FAILED' },
    { message: 'back-off not set' },
    { _aws: {} },
  ];
  for (const line of lines) recent.add(JSON.stringify(line));
  recent.add('START RequestId: 1');

  const { outcomes, events } = recent.since(0, 'a.jpg');
  expect(outcomes).toEqual({ DONE: 2, UNSUPPORTED_FORMAT: 1, THROTTLED: 1, DEAD_LETTER: 1 });
  expect(events).toMatchObject([
    { message: 'done', duration: 12 },
    { message: 'attempt failed', code: 'THROTTLED', reason: 'slow' },
  ]);
  expect(recent.since(Date.now() + 60_000, undefined)).toEqual({ outcomes: {}, events: [] });
});

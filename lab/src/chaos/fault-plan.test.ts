import { expect, test } from 'vitest';
import type { AwsRequest } from '../fault-proxy/aws-request.ts';
import { faultsOf } from '../fault-proxy/faults.ts';
import { FaultPlan } from './fault-plan.ts';

const request = (operation: string, key: string): AwsRequest => ({
  actor: 'function',
  place: 'processed',
  operation,
  key,
});
const requests = Array.from({ length: 400 }, (_, index) =>
  request(['GetObject', 'PutObject', 'DeleteObject'][index % 3] ?? '', `uploads/${index % 7}`),
);

test('a seed decides the same for the n-th request of a kind and key, in any order', () => {
  const decide = (plan: FaultPlan, some: readonly AwsRequest[]) => {
    const decided = new Map<string, unknown[]>();
    for (const one of some) {
      const name = `${one.operation} ${one.key}`;
      decided.set(name, [...(decided.get(name) ?? []), plan.next(one)]);
    }
    return decided;
  };
  const first = decide(new FaultPlan(7, 0.2), requests);
  expect(decide(new FaultPlan(7, 0.2), requests.toReversed())).toEqual(first);
  expect(decide(new FaultPlan(8, 0.2), requests)).not.toEqual(first);
});

test('injects faults at the given rate, every kind of the operation, and none while paused', () => {
  const plan = new FaultPlan(1, 0.25);
  const met = requests.flatMap((one) => plan.next(one) ?? []);
  expect(met.length).toBeGreaterThan(400 * 0.15);
  expect(met.length).toBeLessThan(400 * 0.35);
  const kinds = new Set(requests.flatMap((one) => faultsOf(one)));
  expect(new Set(met.map(({ kind }) => kind))).toEqual(kinds);
  plan.pause();
  expect(requests.flatMap((one) => plan.next(one) ?? [])).toEqual([]);
});

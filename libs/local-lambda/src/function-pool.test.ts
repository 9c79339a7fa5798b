import { afterEach, expect, test, vi } from 'vitest';
import { FunctionPool } from './function-pool.ts';
import { fixture, isAlive, killProcess, NOWHERE, PATIENCE } from './testing/fixtures.ts';

const pools: FunctionPool[] = [];

function pool(size: number, log: string[] = []) {
  const created = new FunctionPool(fixture('act', { timeoutSeconds: 60 }), NOWHERE, size, (line) =>
    log.push(line),
  );
  pools.push(created);
  return created;
}

const answer = JSON.stringify({ act: 'answer', value: 'here' });
const hang = JSON.stringify({ act: 'hang' });

afterEach(() => Promise.all(pools.splice(0).map((each) => each.stop())));

test('starts no process before it is needed, and keeps it warm', async () => {
  const subject = pool(4);
  expect(subject.pids()).toEqual([]);
  await subject.invoke(answer);
  const pids = subject.pids();
  expect(pids).toHaveLength(1);
  await subject.invoke(answer);
  expect(subject.pids()).toEqual(pids);
});

test('has no more processes than its size: what is over waits', async () => {
  const log: string[] = [];
  const subject = pool(2, log);
  const results = [subject.invoke(hang), subject.invoke(hang), subject.invoke(answer)];
  await vi.waitFor(() => expect(log).toEqual(['act hang', 'act hang']), PATIENCE);
  expect(subject.pids()).toHaveLength(2);
  killProcess(subject.pids()[0]);
  expect(await results[2]).toMatchObject({ status: 'succeeded', payload: '"here"' });
  expect(subject.pids()).toHaveLength(2);
});

test('an idle process that was killed is replaced', async () => {
  const subject = pool(1);
  await subject.invoke(answer);
  const [first] = subject.pids();
  killProcess(first);
  await vi.waitFor(() => expect(subject.pids()).toEqual([]), PATIENCE);
  expect(await subject.invoke(answer)).toMatchObject({ status: 'succeeded' });
  expect(subject.pids()).not.toEqual([first]);
});

test('a process that broke is not used again', async () => {
  const subject = pool(1);
  for (let round = 0; round < 3; round += 1) {
    const broken = await subject.invoke(JSON.stringify({ act: 'reject-elsewhere' }));
    expect(broken).toMatchObject({ error: { errorType: 'Runtime.UnhandledPromiseRejection' } });
    expect(await subject.invoke(answer)).toMatchObject({ status: 'succeeded' });
  }
});

test('stopped, it kills what runs and begins nothing more', async () => {
  const log: string[] = [];
  const subject = pool(1, log);
  const running = subject.invoke(hang);
  const waiting = subject.invoke(answer);
  await vi.waitFor(() => expect(log).toContain('act hang'), PATIENCE);
  const pids = subject.pids();
  await subject.stop();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await running).toMatchObject({ status: 'stopped' });
  expect(await waiting).toMatchObject({ status: 'stopped' });
  expect(await subject.invoke(answer)).toMatchObject({ status: 'stopped' });
});

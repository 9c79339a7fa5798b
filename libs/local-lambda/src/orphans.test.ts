import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isAlive, PATIENCE } from './testing/fixtures.ts';
import { mappingFor, startQueues } from './testing/queues.ts';
import type { Queues } from './testing/queues.ts';

let queues: Queues;
let parent: ChildProcess | undefined;

beforeEach(async () => {
  queues = await startQueues();
});

afterEach(async () => {
  parent?.kill('SIGKILL');
  await queues.stop();
});

const START = fileURLToPath(new URL('./fixtures/parent/start.ts', import.meta.url));

test.each(['hang', 'spin'])(
  'a program that is killed without a word leaves no function behind: %s',
  async (act) => {
    const queue = await queues.createQueue('work');
    await queues.send(queue, [{ always: act }]);
    const mapping = JSON.stringify(mappingFor(queue));
    const child = spawn(process.execPath, [START, queues.host.endpoint, mapping], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    parent = child;
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const pid = Number(/^pid (\d+)/.exec(line)?.[1]);
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), PATIENCE);
  },
);

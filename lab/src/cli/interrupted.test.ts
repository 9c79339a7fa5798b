/** Commands that end by Ctrl-C or are killed, as processes. */
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { parseMessage } from '@darkroom/events';
import { describe, expect, test, vi } from 'vitest';
import { PATIENCE } from '../testing/client.ts';
import { picture } from '../testing/pictures.ts';
import { directoryOfTest } from '../testing/running-stack.ts';
import { startBareStack, startDarkroom } from './processes.ts';

/** How often each key is in the queue, which is empty afterwards. */
async function countKeys(sqs: SQSClient, QueueUrl: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return counts;
    for (const { Body = '' } of Messages) {
      const message = parseMessage(Body);
      const key = message.kind === 'changes' ? (message.changes[0]?.key ?? '') : '';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
      }),
    );
  }
}

describe('apply continues where it stopped', () => {
  test.each([
    // A batch that was sent, whose position was not saved.
    { name: 'SIGKILL', mostRepeated: 10, exitCode: null, stderr: '' },
    {
      ...({ name: 'SIGINT', mostRepeated: 0, exitCode: 130 } as const),
      stderr: 'Interrupted. The position is saved. The same command continues.\n',
    },
  ] as const)('after $name: repeats at most $mostRepeated, and loses none', async (expected) => {
    const stack = await startBareStack();
    const keys = await stack.putUploads(300);
    const ended = stack.start('apply', '--rate', '50');
    await vi.waitFor(async () => expect(await stack.countMessages()).toBeGreaterThan(30), PATIENCE);
    ended.signal(expected.name);
    const { exitCode, stderr } = await ended.answer;
    expect({ exitCode, stderr }).toEqual({ exitCode: expected.exitCode, stderr: expected.stderr });
    expect(await stack.countMessages()).toBeLessThan(keys.length);

    const next = await stack.start('apply', '--rate', 'unlimited').answer;
    expect(next.exitCode).toBe(0);
    expect(next.stderr).toContain('continues from ');
    const counts = await countKeys(stack.sqs, stack.queueUrl);
    expect([...counts.keys()].sort()).toEqual([...keys].sort());
    const sent = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(sent - keys.length).toBeLessThanOrEqual(expected.mostRepeated);
  });
});

test('compare does not wait for an answer, and continues', async () => {
  const stack = await startBareStack();
  await stack.putUploads(5);
  const hold = stack.proxy.holds.add(({ place }) => place === 'processed', { most: 1 });
  const ended = stack.start('compare', '--json');
  await hold.reached;
  ended.signal('SIGINT');
  const { exitCode, stdout, stderr } = await ended.answer;
  hold.release();
  expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'INTERRUPTED',
      message: 'Interrupted. The figures are those of the keys so far. The same command continues.',
    },
  });
  const next = await stack.start('compare', '--json').answer;
  expect(JSON.parse(next.stdout)).toMatchObject({
    complete: true,
    kinds: { missing: { objects: 5 } },
  });
});

test('upload deletes the parts of an unfinished file, and the same command sends it', async () => {
  const stack = await startBareStack();
  await writeFile(path.join(stack.folder, 'large.tiff'), '');
  await truncate(path.join(stack.folder, 'large.tiff'), 40 * 1024 * 1024);
  const Key = 'photos/large.tiff';
  const arguments_ = ['large.tiff', '--prefix', 'photos/', '--wait', '0'];
  const hold = stack.proxy.holds.add(({ operation }) => operation === 'PutObject');
  const ended = stack.start('upload', ...arguments_);
  await hold.reached;
  ended.signal('SIGINT');
  hold.release();
  const { exitCode, stderr } = await ended.answer;
  expect(exitCode).toBe(130);
  expect(stderr.replaceAll('\n    ', ' ')).toBe(
    'Interrupted. The same command sends the files that the bucket does not have, and follows all.\n',
  );
  // AbortMultipartUpload.
  expect(stack.proxy.journal.about(Key).join('\n')).toContain('DeleteObject');
  const head = new HeadObjectCommand({ Bucket: stack.sourceBucket, Key });
  await expect(stack.s3.send(head)).rejects.toThrow();
  expect((await stack.start('upload', ...arguments_).answer).stdout).toContain('unfinished');
  expect(await stack.s3.send(head)).toMatchObject({ ContentLength: 40 * 1024 * 1024 });
});

test('a command that waits for outcomes ends at once', async () => {
  const stack = await startBareStack();
  await writeFile(path.join(stack.folder, 'small.jpg'), await picture());
  const reading = stack.proxy.holds.add(({ operation, place }) => {
    return operation === 'GetObject' && place === 'processed';
  });
  const ended = stack.start('upload', 'small.jpg', '--prefix', 'photos/');
  await reading.reached;
  reading.release();
  ended.signal('SIGINT');
  const { exitCode, stdout } = await ended.answer;
  expect(exitCode).toBe(130);
  expect(stdout).toContain('unfinished');
});

test('a command that changes nothing does not wait for an answer', async () => {
  const stack = await startBareStack();
  const hold = stack.proxy.holds.add(({ place }) => place === 'queue');
  const ended = stack.start('status');
  await hold.reached;
  ended.signal('SIGINT');
  expect(await ended.answer).toEqual({
    ...{ exitCode: 130, stdout: '', stderr: 'Interrupted. Nothing was changed.\n' },
  });
});

test('watch ends', async () => {
  const stack = await startBareStack();
  const ended = stack.start('watch', '--interval', '1000', '--json');
  await ended.writes;
  ended.signal('SIGINT');
  const { exitCode, stdout, stderr } = await ended.answer;
  expect(exitCode).toBe(130);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'INTERRUPTED' } });
});

test('render leaves complete files only, and no process', async () => {
  const folder = await directoryOfTest();
  await writeFile(
    path.join(folder, 'recipe.yaml'),
    '{ name: photos, variants: [{ name: w900, steps: [{ resize: { width: 900 } }, { encode: png }] }] }',
  );
  const photo = await picture();
  const photos = Array.from({ length: 500 }, (_, index) => `${index}.jpg`);
  for (const name of photos) await writeFile(path.join(folder, name), photo);
  const ended = startDarkroom(['render', 'recipe.yaml', ...photos, '--out', 'out'], folder);
  const out = path.join(folder, 'out');
  const files = async () => {
    const entries = await readdir(out, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  };
  await vi.waitFor(async () => expect((await files()).length).toBeGreaterThan(0), PATIENCE);
  ended.signal('SIGINT');
  const { exitCode, stderr } = await ended.answer;
  expect(exitCode).toBe(130);
  expect(stderr.replaceAll('\n    ', ' ')).toBe(
    'Interrupted. Files of --out are complete. The same command renders all photos again, and replaces them.\n',
  );
  for (const file of await files()) {
    expect(file).toMatch(/\.(?:png|json)$/);
    if (file.endsWith('.json')) JSON.parse(await readFile(file, 'utf8'));
    // The end of every PNG file.
    else expect((await readFile(file)).subarray(-8, -4).toString('latin1')).toBe('IEND');
  }
  await vi.waitFor(() => expect(ended.isRunning()).toBe(false), PATIENCE);
});

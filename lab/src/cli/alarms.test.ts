/** Each alarm of docs/runbook.md, handled with the command line alone against the local stack. */
// The commands validate their results against their schemas, so the tests read them without types.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Client } from '../testing/client.ts';
import { picture } from '../testing/pictures.ts';
import { directoryOfTest, startStack, type RunningStack } from '../testing/running-stack.ts';
import { CHECKOUT } from '../testing/workspace.ts';
import { darkroom } from './darkroom.ts';

let running: RunningStack;
let client: Client;
let folder: string;

beforeAll(async () => {
  running = await startStack();
  client = running.client;
});
afterAll(() => running.stop());
beforeEach(async () => {
  folder = await directoryOfTest();
  vi.stubEnv('DARKROOM_URL', running.local.url);
  vi.stubEnv('INIT_CWD', folder);
  vi.stubEnv('XDG_STATE_HOME', folder);
});
afterEach(() => vi.unstubAllEnvs());

/** The result of a command with `--json`. */
async function json(...args: string[]): Promise<{ exitCode: number; result: Result }> {
  const { exitCode, stdout, stderr } = await darkroom([...args, '--json']);
  expect(stderr, args.join(' ')).toBe('');
  return { exitCode, result: JSON.parse(stdout) };
}
type Result = any;

const deadLetter = (key: string, errorCode: string) =>
  client.sqs.send(
    new SendMessageCommand({
      QueueUrl: client.stack.deadLetterQueueUrl,
      MessageBody: formatMessage({ bucket: client.stack.sourceBucket, key }),
      MessageAttributes: { errorCode: { DataType: 'String', StringValue: errorCode } },
    }),
  );
const objects = async (...args: string[]) => {
  const { result } = await json('compare', ...args);
  const kinds = Object.entries<{ objects: number }>(result.kinds);
  return Object.fromEntries(kinds.flatMap(([kind, { objects: n }]) => (n > 0 ? [[kind, n]] : [])));
};

test('rejected uploads: the outcome of each upload, its status, and another try', async () => {
  await mkdir(path.join(folder, 'photos/sub'), { recursive: true });
  await writeFile(path.join(folder, 'photos/good.jpg'), await picture());
  await writeFile(path.join(folder, 'photos/sub/bad.jpg'), 'text');
  const first = await json('upload', 'photos');
  expect(first.exitCode).toBe(1);
  expect(first.result).toMatchObject({ done: 1, rejected: 1, other: 0 });
  expect(first.result.files).toMatchObject([
    { key: 'uploads/good.jpg', outcome: 'done', sent: true },
    { key: 'uploads/sub/bad.jpg', outcome: 'rejected', code: 'UNSUPPORTED_FORMAT' },
  ]);
  // The same command continues: the bucket has both files.
  const again = await json('upload', 'photos');
  expect(again.result.files).toMatchObject([{ sent: false }, { sent: false }]);

  const { result } = await json('status', 'uploads/sub/bad.jpg');
  expect(result).toMatchObject({
    recipe: 'photos',
    current: true,
    outcome: { code: 'UNSUPPORTED_FORMAT' },
    events: [{ message: 'rejected' }],
  });
  const overview = await json('status');
  expect(overview.result.activity.outcomes).toMatchObject({ UNSUPPORTED_FORMAT: 1 });

  // The function skips an upload with a manifest that is right. A retry processes it again.
  const retried = await json('retry', 'uploads/sub/bad.jpg');
  expect(retried).toMatchObject({
    exitCode: 1,
    result: { uploads: [{ outcome: 'rejected', sent: true }] },
  });
  const after = await json('status', 'uploads/sub/bad.jpg');
  expect(after.result.events).toHaveLength(2);
  const done = await json('retry', 'uploads/good.jpg');
  expect(done).toMatchObject({ exitCode: 0, result: { uploads: [{ sent: false }] } });
});

test('versions: an upload is followed by its version, and the newest one is tried again', async () => {
  const bytes = await picture({ width: 70 });
  const key = 'uploads/version.jpg';
  // Without a SHA-256, so the command cannot know that the bucket has the same bytes. Both versions have one ETag.
  await client.uploadAndWait(key, bytes);
  const first = (await client.manifestOf(key))?.source.versionId;
  await writeFile(path.join(folder, 'version.jpg'), bytes);
  const { result } = await json('upload', 'version.jpg');
  const [file] = result.files;
  expect(file).toMatchObject({ outcome: 'done', sent: true });
  expect(file.versionId).not.toBe(first);
  expect((await client.manifestOf(key))?.source.versionId).toBe(file.versionId);
  const { result: status } = await json('status', key);
  expect(status).toMatchObject({
    current: true,
    source: { versionId: file.versionId },
    processed: { versionId: file.versionId },
  });

  await client.uploadAndWait(key, 'text');
  const { result: retried } = await json('retry', key);
  expect(retried.uploads).toMatchObject([{ outcome: 'rejected', sent: true }]);
  const manifest = await client.manifestOf(key);
  const { result: after } = await json('status', key);
  expect(after.source.versionId).toBe(manifest?.source.versionId);
});

test('a large file is sent in parts, and not again', async () => {
  // The limit of the recipe rejects it, after it was read.
  const large = Buffer.concat([await picture(), Buffer.alloc(9 * 1024 * 1024)]);
  await writeFile(path.join(folder, 'large.jpg'), large);
  const { result } = await json('upload', 'large.jpg');
  const [file] = result.files;
  expect(file).toMatchObject({ sent: true, bytes: large.byteLength });
  expect(file.outcome).not.toBe('unfinished');
  const again = await json('upload', 'large.jpg');
  expect(again.result.files).toEqual([{ ...file, sent: false }]);
});

test('lost events and a changed recipe: compare finds them, and apply repairs them', async () => {
  await client.uploadAndWait('uploads/lost.jpg', await picture());
  await client.uploadAndWait('uploads/old.jpg', await picture());
  await client.untilIdle();
  const bucket = client.stack.processedBucket;
  for (const output of (await client.outputsOf('uploads/lost.jpg')).keys())
    await client.remove(output, bucket);
  expect(await objects('--prefix', 'uploads/lost')).toEqual({ missing: 1 });
  expect((await json('apply', '--dry-run')).result.sent).toMatchObject({ missing: 1 });
  const { result } = await json('apply', '--kind', 'missing');
  expect(result).toMatchObject({ stoppedBy: 'end', sent: { missing: 1 } });
  await darkroom(['watch', '--until-idle']);
  expect(await objects('--prefix', 'uploads/lost')).toEqual({ 'up-to-date': 1 });

  const changed = { name: 'photos', variants: [{ name: 'w9', steps: [{ resize: { width: 9 } }] }] };
  await writeFile(path.join(folder, 'changed.yaml'), stringify(changed));
  const found = await objects('--settings', 'changed.yaml', '--prefix', 'uploads/old');
  expect(found).toEqual({ 'recipe-changed': 1 });
  // A transform of the user's own.
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(folder, 'node_modules'));
  const definition = `{ name: 'dim', version: 1, options: z.strictObject({}), apply: (image) => image }`;
  await writeFile(
    path.join(folder, 'dim.ts'),
    `import { defineTransform } from '@darkroom/transforms/authoring';\nimport * as z from 'zod';\nexport const dim = defineTransform(${definition});`,
  );
  const dimmed = { name: 'photos', variants: [{ name: 'w9', steps: ['dim'] }] };
  await writeFile(path.join(folder, 'dimmed.yaml'), stringify(dimmed));
  const own = ['--settings', 'dimmed.yaml', '--transforms', './dim.ts'];
  expect(await objects(...own, '--prefix', 'uploads/old')).toEqual({ 'recipe-changed': 1 });
  const { result: cost } = await json('compare', '--settings', 'changed.yaml');
  expect(cost.kinds['recipe-changed'].dollars).toBeGreaterThan(0);
  expect(cost.kinds['recipe-changed'].requests).toBeGreaterThan(0);
});

test('dead letters: counted by code, moved by code, prefix and number', async () => {
  for (const name of ['a', 'b', 'c']) {
    await client.uploadAndWait(`uploads/${name}.jpg`, await picture());
    await deadLetter(`uploads/${name}.jpg`, name === 'c' ? 'TRANSFORM_FAILED' : 'THROTTLED');
  }
  const { result: dry } = await json('redrive', '--dry-run');
  expect(dry).toMatchObject({ found: { THROTTLED: 2, TRANSFORM_FAILED: 1 }, moved: 0 });
  const { result: one } = await json('status', 'uploads/c.jpg');
  expect(one.deadLetters).toEqual({ TRANSFORM_FAILED: 1 });
  expect(one.advice).toContain('redrive');

  // Without a terminal and without --yes, nothing moves.
  const asked = await darkroom(['redrive', '--code', 'THROTTLED']);
  expect(asked).toMatchObject({ exitCode: 2, stdout: '' });
  expect(asked.stderr).toContain('--yes');

  const both = ['--code', 'THROTTLED', '--prefix', 'uploads/a', '--yes'];
  expect((await json('redrive', ...both)).result).toMatchObject({ moved: 1 });
  expect((await json('redrive', '--older-than', '1h', '--yes')).result.moved).toBe(0);
  expect((await json('redrive', '--limit', '1', '--yes')).result.moved).toBe(1);
  expect((await json('redrive', '--yes')).result.moved).toBe(1);
  const { result: end } = await json('redrive', '--dry-run');
  expect(end.found).toEqual({});
});

test('erasure: every version and output is deleted, and the receipt says so', async () => {
  await client.uploadAndWait('uploads/person.jpg', await picture());
  await client.uploadAndWait('uploads/person.jpg', await picture({ width: 90 }));
  await client.uploadAndWait('uploads/person.jpg/other.jpg', await picture());
  await client.untilIdle();
  const { exitCode, result } = await json('remove', 'uploads/person.jpg', '--yes');
  expect(exitCode).toBe(0);
  expect(result).toMatchObject({ verified: true, invalidation: null });
  const versions = result.removed.filter(
    ({ bucket }: Result) => bucket === client.stack.sourceBucket,
  );
  expect(versions).toHaveLength(2);
  expect(await client.read('uploads/person.jpg', client.stack.sourceBucket)).toBeUndefined();
  // The outputs of an upload below the same prefix stay.
  expect((await client.manifestOf('uploads/person.jpg/other.jpg'))?.status).toBe('done');
  const again = await darkroom(['remove', 'uploads/person.jpg', '--yes']);
  expect(again).toMatchObject({ exitCode: 0, stdout: '' });
  expect(again.stderr).toContain('NOTHING_TO_DO');
});

test('orphans: apply deletes them with --prune only', async () => {
  await client.uploadAndWait('uploads/gone.jpg', await picture());
  await client.untilIdle();
  const manifest = await client.read('uploads/gone.jpg/manifest.json');
  await client.remove('uploads/gone.jpg');
  await client.untilIdle();
  // The event was processed. An orphan is what remains if it was lost.
  await client.s3.send(
    new PutObjectCommand({
      Bucket: client.stack.processedBucket,
      Key: 'uploads/gone.jpg/manifest.json',
      Body: manifest?.body,
    }),
  );
  expect(await objects('--prefix', 'uploads/gone')).toEqual({ orphaned: 1 });
  expect((await json('apply', '--prefix', 'uploads/gone')).result.sent.orphaned).toBe(0);
  const refused = await darkroom(['apply', '--prune', '--prefix', 'uploads/gone']);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  const { result } = await json('apply', '--prune', '--yes', '--prefix', 'uploads/gone');
  expect(result.sent.orphaned).toBe(1);
  await client.untilIdle();
  expect(await objects('--prefix', 'uploads/gone')).toEqual({});
});

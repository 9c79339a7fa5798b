/** `compare` and `apply` of an S3 Inventory report, with files as AWS documents them. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { parseMessage } from '@darkroom/events';
import { formatManifest, outputKeys, recipeHash } from '@darkroom/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { darkroom, type Answer } from './darkroom.ts';
import { recipe, settings, startNamedStack } from './named-stack.ts';

const REPORT = 's3://reports/uploads/all/2026-12-01T01-00Z/manifest.json';
/** More rows than a page of 500, in two files, not in the order of their keys. */
const KEYS = Array.from({ length: 1200 }, (_, index) => `photos/${(index * 7) % 1200} ä+b.jpg`);

let stack: Awaited<ReturnType<typeof startNamedStack>>;

/** As S3 writes it: all fields quoted, no header, keys URL-encoded. */
function fileOf(rows: readonly (readonly string[])[]): Buffer {
  const text = rows.map((row) => row.map((field) => `"${field}"`).join(',') + '\n').join('');
  return gzipSync(text);
}

const row = (
  key: string,
  { versionId = '', isLatest = true, isMarker = false, eTag = 'e' } = {},
) => [
  ...['uploads', encodeURIComponent(key).replaceAll('%20', '+'), versionId, String(isLatest)],
  ...[String(isMarker), '1000', '2026-11-30T10:00:00.000Z', eTag],
];

async function writeReport(more: object = {}): Promise<void> {
  const files = [
    fileOf([
      ...KEYS.slice(0, 700).map((key) => row(key)),
      row('photos/old.jpg', { isLatest: false }),
      row('photos/deleted.jpg', { isMarker: true }),
    ]),
    fileOf(KEYS.slice(700).map((key) => row(key))),
  ];
  const listed = [];
  for (const [index, body] of files.entries()) {
    const key = `uploads/all/data/${index}.csv.gz`;
    await stack.put('reports', key, body);
    const MD5checksum = createHash('md5').update(body).digest('hex');
    listed.push({ key, size: body.length, MD5checksum });
  }
  const manifest = {
    sourceBucket: 'uploads',
    destinationBucket: 'arn:aws:s3:::reports',
    version: '2016-11-30',
    creationTimestamp: '1764547200000',
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag',
    files: listed,
    ...more,
  };
  await stack.put('reports', REPORT.replace('s3://reports/', ''), JSON.stringify(manifest));
}

async function writeManifest(key: string, eTag: string, hash?: string): Promise<void> {
  if (!recipe) throw new Error('No recipe');
  const manifest = formatManifest({
    version: 1,
    status: 'rejected',
    recipe: recipe.name,
    recipeHash: hash ?? recipeHash(recipe, settings.limits),
    source: { bucket: 'uploads', key, versionId: null, eTag, bytes: 1000, sha256: '0' },
    outputs: [],
    error: { code: 'CORRUPT_IMAGE', message: 'no', retryable: false },
  });
  await stack.put('outputs', outputKeys(key, recipe).manifest, manifest);
}

beforeAll(async () => {
  stack = await startNamedStack('reports');
  await writeReport();
  await writeManifest(KEYS[0] ?? '', 'e');
  await writeManifest(KEYS[1] ?? '', 'another');
  await writeManifest(KEYS[2] ?? '', 'e', 'another');
});
afterAll(() => stack.stop());

const run = (command: string, ...args: string[]): Promise<Answer> =>
  darkroom([command, '--json', '--inventory', REPORT, ...stack.options, ...args]);
const json = async (command: string, ...args: string[]) => {
  const { stdout, stderr, exitCode } = await run(command, ...args);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as { kinds: Record<string, { objects: number }>; sent: object };
};

test('compare judges each current upload of the report by its manifest', async () => {
  const { kinds } = await json('compare');
  const found = Object.entries(kinds).flatMap(([kind, { objects }]) =>
    objects > 0 ? [[kind, objects]] : [],
  );
  expect(Object.fromEntries(found)).toEqual({
    missing: KEYS.length - 3,
    'source-changed': 1,
    'recipe-changed': 1,
    rejected: 1,
  });
});

test('apply continues in the report after its limit, and sends each key once', async () => {
  const sent: object[] = [];
  for (const limit of ['5', '500', 'unlimited'])
    sent.push(await json('apply', '--rate', 'unlimited', '--limit', limit));
  expect(sent).toMatchObject([
    { stoppedBy: 'limit' },
    { stoppedBy: 'limit' },
    { stoppedBy: 'end' },
  ]);
  const keys: string[] = [];
  for (;;) {
    const { Messages = [] } = await stack.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: stack.queue, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    for (const { Body = '' } of Messages) {
      const parsed = parseMessage(Body);
      if (parsed.kind === 'changes') keys.push(...parsed.changes.map(({ key }) => key));
    }
  }
  expect(keys.sort()).toEqual(KEYS.slice(1).sort());
});

test.each([
  ['another bucket', { sourceBucket: 'other' }, 'lists the bucket other, not uploads'],
  ['another format', { fileFormat: 'Parquet' }, 'format Parquet: choose CSV'],
  ['a missing field', { fileSchema: 'Bucket, Key, Size' }, 'lacks the field ETag'],
  [
    'changed bytes',
    { files: [{ key: 'uploads/all/data/0.csv.gz', MD5checksum: 'f'.repeat(32) }] },
    'does not have the MD5 checksum',
  ],
])('rejects a report of %s', async (_, more, problem) => {
  await writeReport(more);
  const { exitCode, stderr } = await run('compare', '--restart');
  expect(exitCode).toBe(2);
  const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
  expect(error.code).toBe('INVALID_INVENTORY');
  expect(error.message).toContain(problem);
  await writeReport();
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { S3Store, SnsStore, SqsStore } from './fauxqs.ts';
import { DataDirectoryInUseError, isStorageFailure, openDataDirectory } from './data-directory.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'embedded-aws-'));
});
afterEach(() => rm(parent, { recursive: true }));

test('the directory and its parents are created', () => {
  const dataDir = path.join(parent, 'a', 'b');
  openDataDirectory(dataDir).close();
  openDataDirectory(dataDir).close();
});

test('a directory that cannot be created says why', async () => {
  const file = path.join(parent, 'file');
  await writeFile(file, '');
  expect(() => openDataDirectory(path.join(file, 'data'))).toThrow(/ENOTDIR/);
  // Where `/proc` reports ENOENT, Node's recursive `mkdir` would never end.
  expect(() => openDataDirectory('/proc/darkroom/data')).toThrow();
});

test('a file that is not a database is not one in use', async () => {
  await writeFile(path.join(parent, 'fauxqs.db'), 'nonsense'.repeat(1000));
  expect(() => openDataDirectory(parent)).toThrow('file is not a database');
  expect(() => openDataDirectory(parent)).not.toThrow(DataDirectoryInUseError);
});

test('transactions inside another are part of it', () => {
  const persistence = openDataDirectory(parent);
  const { db } = persistence;
  const add = (x: number) => db.prepare('INSERT INTO t VALUES (?)').run(x);
  const all = () =>
    db
      .prepare('SELECT x FROM t')
      .all()
      .map((row) => row['x']);
  db.exec('CREATE TABLE t (x)');
  persistence.transaction(() => {
    add(1);
    persistence.transaction(() => add(2));
    add(3);
  });
  expect(all()).toEqual([1, 2, 3]);
  expect(() =>
    persistence.transaction(() => {
      add(4);
      persistence.transaction(() => add(5));
      throw new Error('killed here');
    }),
  ).toThrow('killed here');
  expect(all()).toEqual([1, 2, 3]);
  // On a full disk, SQLite has rolled back by itself.
  expect(() =>
    persistence.transaction(() => {
      db.exec('ROLLBACK');
      throw new Error('disk is full');
    }),
  ).toThrow('disk is full');
  persistence.transaction(() => add(6));
  expect(all()).toEqual([1, 2, 3, 6]);
  persistence.close();
});

test('a message that is given back is visible after a restart, with its receive count', () => {
  const persistence = openDataDirectory(parent);
  const sqs = new SqsStore();
  sqs.persistence = persistence;
  const queue = sqs.createQueue('uploads', 'http://h/0/uploads', 'arn:aws:sqs:us-east-1:0:uploads');
  const message = SqsStore.createMessage('x', {}, undefined);
  const { messageId } = message;
  queue.enqueue(message);
  expect(queue.dequeue(1, 900)).toHaveLength(1);
  persistence.updateMessageReady(messageId);
  const again = new SqsStore();
  persistence.load(again, new SnsStore(), new S3Store());
  expect(again.getQueueByName('uploads')?.messages).toMatchObject([
    { messageId, approximateReceiveCount: 1 },
  ]);
  persistence.close();
});

test('only errors of SQLite are storage failures', () => {
  const sqlite = (errcode: unknown) => Object.assign(new Error('disk'), { errcode });
  for (const errcode of [10, 13, 13 | (2 << 8)])
    expect(isStorageFailure(sqlite(errcode))).toBe(true);
  for (const other of [
    sqlite(1),
    sqlite('13'),
    undefined,
    null,
    'text',
    { errcode: 13 },
    new Error('other'),
  ])
    expect(isStorageFailure(other)).toBe(false);
});

import { expect, test } from 'vitest';

import type { Emulator } from '../emulator.ts';
import { S3Store, type Persistence } from '../fauxqs.ts';
import { failedWrites } from './failed-writes.ts';

/** A bucket with an upload of one part, whose disk can break. */
function store() {
  const s3 = new S3Store();
  failedWrites({ s3 } as Emulator);
  s3.createBucket('photos');
  const uploadId = s3.createMultipartUpload('photos', 'a.jpg');
  const { etag } = s3.uploadPart(uploadId, 1, Buffer.from('first')) as { etag: string };
  const broken = new Proxy({} as Persistence, {
    get: () => () => {
      throw new Error('disk I/O error');
    },
  });
  const complete = () => {
    s3.persistence = undefined;
    return s3.completeMultipartUpload(uploadId, [{ partNumber: 1, etag }]);
  };
  return { s3, uploadId, complete, breakDisk: () => (s3.persistence = broken) };
}

test('a bucket that cannot be written is not created', () => {
  const { s3, breakDisk } = store();
  breakDisk();
  expect(() => s3.createBucket('another')).toThrow('disk I/O error');
  expect([...s3.buckets.keys()]).toEqual(['photos']);
  expect(() => s3.deleteBucket('missing')).toThrow('The specified bucket does not exist');
  expect([...s3.buckets.keys()]).toEqual(['photos']);
});

test('a bucket that cannot be deleted stays', () => {
  const { s3, breakDisk } = store();
  s3.createBucket('empty');
  breakDisk();
  expect(() => s3.deleteBucket('empty')).toThrow('disk I/O error');
  expect(s3.hasBucket('empty')).toBe(true);
});

test('a part that cannot be written leaves the earlier one', () => {
  const { s3, uploadId, complete, breakDisk } = store();
  breakDisk();
  for (const number of [1, 2])
    expect(() => s3.uploadPart(uploadId, number, Buffer.from('second'))).toThrow('disk I/O error');
  expect([...(s3.multipartUploads.get(uploadId)?.parts.keys() ?? [])]).toEqual([1]);
  expect(() => s3.uploadPart('missing', 1, Buffer.from('x'))).toThrow(/upload does not exist/);
  expect(complete().body.toString()).toBe('first');
});

test('an upload that cannot be aborted goes on, and its bucket cannot be deleted', () => {
  const { s3, uploadId, complete, breakDisk } = store();
  breakDisk();
  expect(() => s3.abortMultipartUpload(uploadId)).toThrow('disk I/O error');
  expect(() => s3.abortMultipartUpload('missing')).toThrow(/upload does not exist/);
  expect(() => s3.deleteBucket('photos')).toThrow(/not empty/);
  expect(complete().body.toString()).toBe('first');
});

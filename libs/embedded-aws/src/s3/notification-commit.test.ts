import { expect, test } from 'vitest';

import type { Emulator } from '../emulator.ts';
import { S3Store, SqsStore } from '../fauxqs.ts';
import { BucketConfigurations } from './configuration-store.ts';
import { renderNotifications } from './notification-configuration.ts';
import { notifications } from './notifications.ts';
import { ObjectVersions } from './object-versions.ts';
import { versioning } from './versioning.ts';

/** A store that notifies a queue, on a database that can fail, as on a full disk. */
function failingStore() {
  const s3 = new S3Store();
  const sqs = new SqsStore();
  const configurations = new BucketConfigurations(undefined);
  const disk = { full: false };
  const atomically: Emulator['atomically'] = (work) => {
    const result = work();
    if (disk.full) throw new Error('database or disk is full');
    return result;
  };
  const unused = {} as Emulator['app'];
  const versions = new ObjectVersions(s3);
  const emulator = {
    ...{ app: unused, s3, sqs, configurations, versions, maxBodyBytes: 0, atomically },
    isTrustedOrigin: () => false,
    parameter: () => undefined,
    onEvent: () => undefined,
  };
  versioning(emulator);
  notifications(emulator);
  const arn = 'arn:aws:sqs:us-east-1:000000000000:uploads';
  const queue = sqs.createQueue('uploads', 'http://127.0.0.1/000000000000/uploads', arn);
  s3.createBucket('photos');
  const notification = {
    id: 'all',
    queueArn: arn,
    events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
    prefix: '',
    suffix: '',
  };
  configurations.set('photos', 'notification', renderNotifications([notification]));
  return { s3, queue, disk };
}

test('a commit that fails leaves neither the new object nor its event', () => {
  const { s3, queue, disk } = failingStore();
  const first = s3.putObject('photos', 'a.jpg', Buffer.from('first'));
  disk.full = true;
  expect(() => s3.putObject('photos', 'a.jpg', Buffer.from('second'))).toThrow('disk is full');
  expect(() => s3.putObject('photos', 'b.jpg', Buffer.from('x'))).toThrow('disk is full');
  expect([...(s3.buckets.get('photos') ?? [])]).toEqual([['a.jpg', first]]);
  expect(queue.messages).toHaveLength(1);
});

test('a delete that fails leaves the object', () => {
  const { s3, queue, disk } = failingStore();
  s3.putObject('photos', 'a.jpg', Buffer.from('x'));
  disk.full = true;
  expect(() => s3.deleteObject('photos', 'a.jpg')).toThrow('disk is full');
  expect(s3.buckets.get('photos')?.has('a.jpg')).toBe(true);
  expect(queue.messages).toHaveLength(1);
});

test('an upload whose completion fails can be completed again', () => {
  const { s3, queue, disk } = failingStore();
  const uploadId = s3.createMultipartUpload('photos', 'a.jpg');
  const { etag } = s3.uploadPart(uploadId, 1, Buffer.from('whole')) as { etag: string };
  const parts = [{ partNumber: 1, etag }];
  disk.full = true;
  expect(() => s3.completeMultipartUpload(uploadId, parts)).toThrow('disk is full');
  expect(s3.buckets.get('photos')?.has('a.jpg')).toBe(false);
  disk.full = false;
  expect(s3.completeMultipartUpload(uploadId, parts).contentLength).toBe(5);
  expect(queue.messages).toHaveLength(1);
});

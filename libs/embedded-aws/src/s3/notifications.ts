import type { IncomingHttpHeaders } from 'node:http';

import { type Emulator, currentRequest } from '../emulator.ts';
import { SqsStore, type MultipartUpload, type SqsQueue, type StoredObject } from '../fauxqs.ts';
import { invalidArgument } from './errors.ts';
import { objectEvent, testEvent, type EventVersion } from './event-message.ts';
import {
  parseNotifications,
  wants,
  type QueueNotification,
  renderNotifications,
} from './notification-configuration.ts';
import { attributesOf } from './object-attributes.ts';

/**
 * Upstream: notifications are never sent. Here an object and its event are one commit: after a kill
 * no acknowledged upload is without its event. A commit that fails leaves neither, and the changes
 * in memory are undone.
 */
export function notifications(emulator: Emulator): void {
  const { s3, sqs, versions, atomically } = emulator;
  const configuredFor = notificationReader(emulator);

  const putObject = s3.putObject.bind(s3);
  s3.putObject = (...args) => {
    const [bucket, key] = args;
    return commit(versions.snapshot(bucket, key), (publish) => {
      const object = putObject(...args);
      publish(`ObjectCreated:${putVerb()}`, bucket, key, created(object));
      return object;
    });
  };

  const complete = s3.completeMultipartUpload.bind(s3);
  s3.completeMultipartUpload = (uploadId, parts) => {
    const upload = s3.multipartUploads.get(uploadId);
    if (upload === undefined) return complete(uploadId, parts);
    return commit(restoreUpload(emulator, uploadId, upload), (publish) => {
      const object = complete(uploadId, parts);
      publish('ObjectCreated:CompleteMultipartUpload', upload.bucket, upload.key, created(object));
      return object;
    });
  };

  const deleteObject = s3.deleteObject.bind(s3);
  s3.deleteObject = (bucket, key, versionId) =>
    commit(versions.snapshot(bucket, key), (publish) => {
      const deleted = deleteObject(bucket, key, versionId);
      const id = deleted.versionId === 'null' ? {} : { versionId: deleted.versionId };
      if (versionId === undefined && deleted.deleteMarker) {
        publish('ObjectRemoved:DeleteMarkerCreated', bucket, key, { ...id, etag: EMPTY_ETAG });
      } else if (deleted.removed) {
        publish('ObjectRemoved:Delete', bucket, key, id);
      }
      return deleted;
    });

  type Publish = (name: string, bucket: string, key: string, version: EventVersion) => void;

  function commit<Result>(undo: () => void, change: (publish: Publish) => Result): Result {
    const undoing = [undo];
    try {
      return atomically(() =>
        change((...event) => {
          undoing.push(...publishTo(...event));
        }),
      );
    } catch (error) {
      for (const step of undoing) step();
      throw error;
    }
  }

  /** @returns functions that remove the messages from memory */
  function publishTo(...[name, bucket, key, version]: Parameters<Publish>): (() => void)[] {
    const context = currentRequest();
    return configuredFor(bucket)
      .filter((notification) => wants(notification, name, key))
      .flatMap(({ id, queueArn }) => {
        const queue = sqs.getQueueByArn(queueArn);
        if (queue === undefined) return []; // the queue was deleted: the event is lost, as in AWS
        const event = objectEvent({
          name,
          bucket,
          key,
          version,
          region: queueArn.split(':')[3] ?? '',
          configurationId: id,
          requestId: context?.id ?? '',
          sourceIp: context?.request.ip ?? '127.0.0.1',
        });
        return [enqueue(queue, event)];
      });
  }
}

/** Parses a bucket's configuration once per change, because every write needs it. */
function notificationReader({ configurations }: Emulator): (bucket: string) => QueueNotification[] {
  const parsed = new Map<string, { document: string; notifications: QueueNotification[] }>();
  return (bucket) => {
    const document = configurations.get(bucket, 'notification');
    if (document === undefined) return [];
    const known = parsed.get(bucket);
    if (known?.document === document) return known.notifications;
    const notifications = parseNotifications(Buffer.from(document));
    parsed.set(bucket, { document, notifications });
    return notifications;
  };
}

/** The MD5 of no bytes: S3's ETag of a delete marker. */
const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

function created(object: StoredObject): EventVersion {
  const { versionId } = attributesOf(object);
  const { contentLength: bytes, etag } = object;
  return { bytes, etag, ...(versionId !== undefined && { versionId }) };
}

function putVerb(): 'Copy' | 'Post' | 'Put' {
  const request = currentRequest()?.request;
  if (request?.headers['x-amz-copy-source'] !== undefined) return 'Copy';
  return request?.method === 'POST' ? 'Post' : 'Put';
}

function restoreUpload(
  { s3, versions }: Emulator,
  uploadId: string,
  upload: MultipartUpload,
): () => void {
  const parts = [...upload.parts];
  const { metadata } = upload;
  const restoreObject = versions.snapshot(upload.bucket, upload.key);
  return () => {
    restoreObject();
    upload.metadata = metadata;
    for (const [number, part] of parts) upload.parts.set(number, part);
    s3.multipartUploads.set(uploadId, upload);
    s3.multipartUploadsByBucket.get(upload.bucket)?.add(uploadId);
  };
}

/**
 * Replaces a bucket's notification configuration and sends `s3:TestEvent` to its queues, in one
 * commit. An empty configuration turns notifications off.
 *
 * @throws MalformedXML, InvalidArgument, NotImplemented
 */
export function acceptNotifications(
  { sqs, configurations, atomically }: Emulator,
  bucket: string,
  body: Buffer,
  headers: IncomingHttpHeaders,
): void {
  const notifications = parseNotifications(body);
  const validate = headers['x-amz-skip-destination-validation'] !== 'true';
  const queues = validate ? notifications.map(({ queueArn }) => destination(sqs, queueArn)) : [];
  atomically(() => {
    configurations.set(bucket, 'notification', renderNotifications(notifications));
    const message = testEvent(bucket, currentRequest()?.id ?? '');
    for (const queue of queues) enqueue(queue, message);
  });
}

/** S3 sends to standard queues only. */
function destination(sqs: SqsStore, arn: string): SqsQueue {
  const queue = sqs.getQueueByArn(arn);
  if (queue === undefined || queue.isFifo()) {
    throw invalidArgument(
      `Unable to validate the following destination configurations: ${arn} is not a standard queue that exists here.`,
    );
  }
  return queue;
}

/**
 * Sends a body as S3 sends it: with the queue's delay, without attributes.
 *
 * @returns removes the message from memory, if the commit fails
 */
export function enqueue(queue: SqsQueue, body: string): () => void {
  const delaySeconds = Number(queue.attributes['DelaySeconds'] ?? 0);
  const message = SqsStore.createMessage(body, {}, delaySeconds > 0 ? delaySeconds : undefined);
  queue.enqueue(message);
  return () => {
    queue.messages = queue.messages.filter((other) => other !== message);
    queue.delayedMessages = queue.delayedMessages.filter((other) => other !== message);
  };
}

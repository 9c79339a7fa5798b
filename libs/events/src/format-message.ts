import { encodeKey } from './decode-key.ts';
import type { ObjectChange } from './object-change.ts';

/**
 * The least message that asks for an object to be looked at, in the shape of an S3 notification: for repair, backfill
 * and dead letters. `parseMessage` reads it back.
 *
 * @throws URIError for a key with a lone surrogate
 */
export function formatMessage({ bucket, key }: ObjectChange): string {
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key: encodeKey(key) } },
      },
    ],
  });
}

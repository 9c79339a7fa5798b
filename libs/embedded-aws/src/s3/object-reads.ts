import type { Emulator } from '../emulator.ts';
import { beforeS3, header } from './requests.ts';

/**
 * Upstream: no `Accept-Ranges`, `response-content-type` and its like are ignored, and a suffix
 * range longer than the object is 416, where S3 sends the whole object.
 */
export function objectReads({ app, s3 }: Emulator): void {
  beforeS3(app, ({ method, bucket, key, query, headers }, reply, request) => {
    const object = s3.buckets.get(bucket)?.get(key);
    if (object === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    const suffix = Number(/^bytes=-(\d+)$/.exec(header(headers, 'range') ?? '')?.[1]);
    if (suffix > object.contentLength && object.contentLength > 0) headers.range = 'bytes=0-';
    reply.header('accept-ranges', 'bytes');
    overrides.set(request, query);
    return false;
  });

  const overrides = new WeakMap<object, Readonly<Record<string, string>>>();
  app.addHook('onSend', (request, reply, _payload, done) => {
    const successful = reply.statusCode < 300;
    for (const [name, value] of Object.entries(overrides.get(request) ?? {})) {
      if (successful && RESPONSE_HEADERS.includes(name)) {
        reply.header(name.slice('response-'.length), value);
      }
    }
    done();
  });
}

/** GetObject, "URI Request Parameters". */
const RESPONSE_HEADERS = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
];

import { fromAnswer, unreachable } from './errors.ts';
import { bareETag } from './listing.ts';
import { objectUrl } from './object-url.ts';

export interface PutOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly key: string;
  readonly body: Blob;
  /** Bytes that have left so far. */
  readonly onProgress: (sent: number) => void;
}

/**
 * Uploads an object that must not exist yet (`If-None-Match: *`). Unsigned: the embedded AWS takes any credentials.
 * Uses XMLHttpRequest, because `fetch` reports no upload progress.
 * @returns its ETag, without quotes
 * @throws S3Error; `status` 412 or 409 where the key is taken
 */
export function putNewObject(options: PutOptions): Promise<string> {
  const { endpoint, bucket, key, body, onProgress } = options;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', objectUrl(endpoint, bucket, key));
    request.setRequestHeader('content-type', body.type || 'application/octet-stream');
    request.setRequestHeader('if-none-match', '*');
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded));
    request.addEventListener('error', () => reject(unreachable(endpoint)));
    request.addEventListener('load', () => {
      if (request.status === 200) resolve(bareETag(request.getResponseHeader('etag') ?? ''));
      else reject(fromAnswer(request.status, request.responseText));
    });
    request.send(body);
  });
}

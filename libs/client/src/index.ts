import { ClientError, type ClientErrorCode, type Outcome } from './outcome.ts';
import { poll, type WaitOptions } from './poll.ts';

export {
  ClientError,
  explain,
  type ClientErrorCode,
  type DoneOutcome,
  type Outcome,
  type OutcomeVariant,
  type RejectedOutcome,
  type RejectionCode,
} from './outcome.ts';
export type { WaitOptions } from './poll.ts';

/** A presigned POST, as `createUploads` of `@darkroom/client/server` makes it. JSON. */
export interface UploadForm {
  url: string;
  /** Fields of the form, in front of the file. */
  fields: Record<string, string>;
  key: string;
  /** ISO 8601. */
  expires: string;
  /** URL of the outcome, if the server knows where outcomes are delivered. */
  outcomeUrl?: string | undefined;
}

export interface Uploaded {
  key: string;
  /** Without quotes. */
  eTag: string;
}

export interface SendOptions {
  /** @param share of the bytes that were sent, 0 to 1 */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * SHA-256 of a file, base64, as the server's `form` takes it. The browser reads the whole file. Needs a secure context:
 * https, or localhost.
 */
export async function sha256(file: Blob): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

/** S3's error codes for a refused form. */
const REFUSALS: Record<string, ClientErrorCode> = {
  EntityTooLarge: 'TOO_LARGE',
  EntityTooSmall: 'DAMAGED',
  BadDigest: 'DAMAGED',
  InvalidDigest: 'DAMAGED',
  XAmzContentChecksumMismatch: 'DAMAGED',
};

/**
 * Sends a file with a form.
 * @throws ClientError
 */
export function sendForm(
  { url, fields, key }: UploadForm,
  file: Blob,
  { onProgress, signal }: SendOptions = {},
): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const fail = (code: ClientErrorCode, message: string) => reject(new ClientError(code, message));
    if (signal?.aborted) return fail('ABORTED', 'Aborted before it began');
    const body = new FormData();
    for (const name in fields) body.append(name, fields[name] ?? '');
    body.append('file', file);
    // fetch reports no progress of an upload.
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    signal?.addEventListener('abort', abort, { once: true });
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress?.(Math.min(1, loaded / total));
    };
    request.onabort = () => fail('ABORTED', 'Aborted');
    request.onerror = () =>
      fail('NETWORK', `No answer from ${url}: no connection, or no CORS permission for this page`);
    request.onload = () => {
      const { status, responseXML } = request;
      const of = (name: string) => responseXML?.querySelector(name)?.textContent ?? '';
      if (status >= 200 && status < 300) {
        onProgress?.(1);
        return resolve({ key, eTag: of('ETag').replaceAll('"', '') });
      }
      const [code, message] = [of('Code'), of('Message')];
      const known = /expired/i.test(message) ? 'EXPIRED' : REFUSALS[code];
      fail(
        known ?? (status >= 500 ? 'NETWORK' : 'REFUSED'),
        `S3 answered ${status} ${code}: ${message}`,
      );
    };
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    request.open('POST', url);
    request.overrideMimeType('application/xml');
    request.send(body);
  });
}

/**
 * Polls an outcome file until the upload has its outcome. Missing files and failing requests are polled again.
 *
 * @param url of `KEY/outcome.json`: `outcomeUrl` of the form
 * @throws ClientError `TIMEOUT` or `ABORTED`
 */
export function waitForOutcome(url: string, options?: WaitOptions): Promise<Outcome> {
  return poll(async (signal) => {
    const response = await fetch(url, { cache: 'no-store', signal }).catch(() => undefined);
    return response?.ok ? ((await response.json()) as Outcome) : undefined;
  }, options);
}

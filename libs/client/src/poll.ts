import { ClientError, type Outcome } from './outcome.ts';

export interface WaitOptions {
  /** ETag of the upload, without quotes: outcomes of earlier uploads with the same key are ignored. */
  eTag?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds. Default: 120,000. */
  timeout?: number | undefined;
  /**
   * Milliseconds for which polling goes on after the rejection `GAVE_UP`, which is written before the last attempt.
   * Default: 30,000.
   */
  lastAttempt?: number | undefined;
}

const FIRST_DELAY = 300;
const LONGEST_DELAY = 5_000;

/**
 * Polls until an upload has its outcome. The delays grow from 300 ms to 5 s.
 *
 * @param read returns undefined if the outcome is not there yet
 * @throws ClientError `TIMEOUT` or `ABORTED`, and errors of `read`
 */
export async function poll(
  read: (signal: AbortSignal) => Promise<Outcome | undefined>,
  { eTag, signal, timeout = 120_000, lastAttempt = 30_000 }: WaitOptions = {},
): Promise<Outcome> {
  const end = AbortSignal.timeout(timeout);
  const stop = signal ? AbortSignal.any([signal, end]) : end;
  let gaveUpAt: number | undefined;
  for (let delay = FIRST_DELAY; ; delay = Math.min(delay * 1.5, LONGEST_DELAY)) {
    try {
      stop.throwIfAborted();
      const outcome = await read(stop);
      if (outcome && (eTag === undefined || outcome.upload.eTag === eTag)) {
        if (outcome.status === 'done' || outcome.code !== 'GAVE_UP') return outcome;
        gaveUpAt ??= Date.now();
        if (Date.now() - gaveUpAt >= lastAttempt) return outcome;
      }
      await sleep(delay, stop);
    } catch (cause) {
      if (signal?.aborted) throw new ClientError('ABORTED', 'Aborted', { cause });
      if (end.aborted) throw new ClientError('TIMEOUT', `No outcome in ${timeout} ms`, { cause });
      throw cause;
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

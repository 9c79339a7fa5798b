import pLimit from 'p-limit';
import { bareETag } from '../s3/listing.ts';
import { readJson } from '../s3/read.ts';
import type { RecipeInfo, StackInfo } from '../stack/stack-info.ts';
import type { UploadState } from '../upload/upload.ts';
import { parseManifest, type Manifest } from './manifest.ts';
import { manifestKey } from './manifest-key.ts';
import { delayAfter, OVERDUE_MS } from './polling.ts';

/** A browser has six connections to one host: uploads and pictures want some too. */
const questions = pLimit(2);

export interface Followed {
  readonly key: string;
  /** Without quotes. */
  readonly eTag: string;
  readonly recipe: RecipeInfo;
  readonly signal: AbortSignal;
  readonly onState: (state: UploadState) => void;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function isFinal(manifest: Manifest): boolean {
  return manifest.status === 'done' || !manifest.error.retryable;
}

/**
 * Polls the outcome of one version of an upload. A retryable rejection is reported, and polling continues. If the
 * endpoint does not answer, it tries again later; the page's status line says so.
 */
export async function follow(stack: StackInfo, followed: Followed): Promise<void> {
  const { key, eTag, recipe, signal, onState } = followed;
  const at = await manifestKey(key, recipe);
  const started = performance.now();
  let reported: Manifest['status'] | undefined;
  let overdue = false;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const body = await questions(() => readJson(stack.endpoint, stack.processedBucket, at)).catch(
      () => undefined,
    );
    if (signal.aborted) return;
    const manifest = parseManifest(body);
    if (manifest && bareETag(manifest.source.eTag) === eTag) {
      if (reported !== manifest.status)
        onState({ kind: 'settled', manifest, at, tookMs: performance.now() - started });
      reported = manifest.status;
      if (isFinal(manifest)) return;
    } else if (!reported && !overdue && performance.now() - started > OVERDUE_MS) {
      overdue = true;
      onState({ kind: 'developing', overdue });
    }
    await sleep(delayAfter(attempt), signal);
  }
}

import pLimit from 'p-limit';
import { useSyncExternalStore } from 'react';
import { ApiError, errorOf, renewToken, UNREACHABLE } from '../api/client.ts';
import type { DroppedFile } from './dropped-files.ts';
import { freeKey, keyOf } from './naming.ts';

/** A file of this page on its way to the bucket. */
export interface Sending {
  readonly id: number;
  readonly key: string;
  /** Key that the file was to have, if another upload has it. */
  readonly wished?: string;
  readonly bytes: number;
  readonly sent: number;
  readonly state: 'queued' | 'sending' | 'stored' | 'failed';
  /** Of `failed`. */
  readonly message?: string;
  readonly file: File;
}

/** A browser has six connections to one host: pictures and the event stream want some too. */
const limit = pLimit(3);
let nextId = 1;
let sendings: readonly Sending[] = [];
const listeners = new Set<() => void>();

function change(id: number, next: Partial<Sending>): void {
  sendings = sendings.map((sending) => (sending.id === id ? { ...sending, ...next } : sending));
  for (const listener of listeners) listener();
}

/** Uploads files below a prefix, each under a key that is free. */
export function sendFiles(files: readonly DroppedFile[], prefix: string): void {
  const added = files.map(({ file, path }): Sending => {
    const key = keyOf(prefix, path);
    return { id: nextId++, key, bytes: file.size, sent: 0, state: 'queued', file };
  });
  sendings = [...added, ...sendings];
  for (const listener of listeners) listener();
  for (const sending of added) void limit(() => send(sending));
}

/** Tries a failed upload again. */
export function sendAgain(sending: Sending): void {
  change(sending.id, { state: 'queued', sent: 0 });
  void limit(() => send(sending));
}

/** Forgets the uploads that are stored or failed. */
export function clearSendings(): void {
  sendings = sendings.filter(({ state }) => state === 'queued' || state === 'sending');
  for (const listener of listeners) listener();
}

/** Forgets all uploads if none is left to wait for, or to try again. */
export function clearIfStored(): void {
  if (sendings.every(({ state }) => state === 'stored')) clearSendings();
}

async function send(sending: Sending): Promise<void> {
  const wished = sending.wished ?? sending.key;
  /** Keys that other uploads have, as far as this page knows. */
  const taken = new Set(sendings.filter(({ id }) => id < sending.id).map(({ key }) => key));
  for (;;) {
    const key = freeKey(wished, (candidate) => taken.has(candidate));
    change(sending.id, { key, state: 'sending', sent: 0, ...(key !== wished && { wished }) });
    try {
      await put(key, sending.file, (sent) => change(sending.id, { sent }));
      return change(sending.id, { state: 'stored', sent: sending.bytes });
    } catch (error) {
      const code = error instanceof ApiError ? error.code : undefined;
      // Two photos called IMG_0001.jpg are two photos: the second gets a number.
      if (code === 'KEY_TAKEN') taken.add(key);
      else if (code === 'NO_TOKEN') await renewToken();
      else {
        const message = error instanceof Error ? error.message : String(error);
        return change(sending.id, { state: 'failed', message });
      }
    }
  }
}

/** Uses XMLHttpRequest, because `fetch` reports no upload progress. */
function put(key: string, body: File, onProgress: (sent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/upload?${new URLSearchParams({ key }).toString()}`);
    request.setRequestHeader('content-type', body.type || 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded));
    request.addEventListener('error', () => reject(new ApiError('UNREACHABLE', 0, UNREACHABLE)));
    request.addEventListener('load', () => {
      if (request.status === 200) resolve();
      else {
        const { status, responseText } = request;
        errorOf(new Response(responseText, { status })).then(reject, reject);
      }
    });
    request.send(body);
  });
}

export function useSendings(): readonly Sending[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sendings,
  );
}

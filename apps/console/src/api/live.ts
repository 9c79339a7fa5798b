import { useSyncExternalStore } from 'react';
import type { Live } from './client.ts';

/** What the page knows from the event stream. `live` stays while the connection is gone. */
export interface LiveState {
  readonly status: 'connecting' | 'starting' | 'running' | 'trouble' | 'offline';
  readonly live?: Live;
  /** Of `trouble`. */
  readonly message?: string;
}

let state: LiveState = { status: 'connecting' };
const listeners = new Set<() => void>();

function set(next: Partial<LiveState> & Pick<LiveState, 'status'>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

function parse<T>(event: Event): T {
  return JSON.parse((event as MessageEvent<string>).data) as T;
}

/** Opens the one event stream of the page. The browser connects again by itself. */
export function openLive(onRevision: (revision: number) => void): void {
  const source = new EventSource('/api/live');
  source.addEventListener('starting', () => set({ status: 'starting' }));
  source.addEventListener('live', (event) => {
    const live = parse<Live>(event);
    const isNew = live.revision !== state.live?.revision || state.status !== 'running';
    set({ status: 'running', live });
    if (isNew) onRevision(live.revision);
  });
  source.addEventListener('trouble', (event) =>
    set({ status: 'trouble', message: parse<{ error: string }>(event).error }),
  );
  source.addEventListener('error', () => {
    if (state.status !== 'offline') set({ status: 'offline' });
    // A closed source does not connect again: the server answered with an error.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => openLive(onRevision), 1000);
  });
}

export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

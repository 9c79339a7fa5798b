import { byId } from './element.ts';

export type Status =
  | { readonly kind: 'starting' | 'running' | 'down' }
  | { readonly kind: 'trouble'; readonly message: string };

const WORDS = {
  starting: 'Starting',
  running: 'Running',
  down: 'Not running',
  trouble: 'S3 has trouble',
} as const;

const BANNERS = {
  starting: 'Darkroom is starting: this page comes alive by itself in a moment.',
  down: 'Darkroom does not answer. Start it with “npm start” in its folder: this page goes on by itself.',
} as const;

function bannerOf(status: Status): string | undefined {
  if (status.kind === 'trouble') return status.message;
  return status.kind === 'running' ? undefined : BANNERS[status.kind];
}

/** Shows how Darkroom is, and what to do where it is not well. */
export function showStatus(status: Status): void {
  document.body.dataset['status'] = status.kind;
  byId('status', HTMLElement).textContent = WORDS[status.kind];
  const banner = byId('banner', HTMLElement);
  const text = bannerOf(status);
  banner.hidden = text === undefined;
  // Set only where it changes: a live region speaks at every change.
  if (text !== undefined && banner.textContent !== text) banner.textContent = text;
}

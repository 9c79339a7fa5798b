import { Cards } from './page/cards.ts';
import { openDestination } from './page/destination.ts';
import { openDropZone } from './page/drop-zone.ts';
import { showStack } from './page/stack-panel.ts';
import { showStatus } from './page/status.ts';
import { listObjects } from './s3/read.ts';
import { askForStack, type StackInfo } from './stack/stack-info.ts';
import { Uploads } from './upload/uploads.ts';

/** Between two looks at the stack and the bucket, ms; a bucket that takes long to list is listed less often. */
const PULSE_MS = 2_500;
/** Between two looks while it starts, ms. */
const STARTING_MS = 700;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits while the page is hidden, which saves requests. */
async function untilVisible(): Promise<void> {
  while (document.hidden)
    await new Promise((resolve) =>
      document.addEventListener('visibilitychange', resolve, { once: true }),
    );
}

/**
 * Waits for the stack, then loads the page again: the security policy of this one was sent before the S3 endpoint was
 * known, and does not let the page reach it.
 */
async function reloadWhenRunning(): Promise<void> {
  for (;;) {
    const state = await askForStack();
    if (state.kind === 'running') return location.reload();
    showStatus(state);
    await pause(STARTING_MS);
  }
}

/** Keeps the page in step with the stack and the bucket. */
async function watch(stack: StackInfo, uploads: Uploads, cards: Cards): Promise<void> {
  const known = JSON.stringify(stack);
  for (;;) {
    await untilVisible();
    const askedAt = performance.now();
    const state = await askForStack();
    // Another endpoint needs another security policy, and everything on the page was about the old stack.
    if (state.kind === 'running' && JSON.stringify(state.stack) !== known) return location.reload();
    if (state.kind === 'running') {
      try {
        const { objects, complete } = await listObjects(stack.endpoint, stack.sourceBucket);
        uploads.found(objects, complete, askedAt);
        cards.ready();
        showStatus({ kind: 'running' });
      } catch (error) {
        showStatus({
          kind: 'trouble',
          message: error instanceof Error ? error.message : String(error),
        });
      }
    } else showStatus(state);
    await pause(Math.max(PULSE_MS, 5 * (performance.now() - askedAt)));
  }
}

async function main(): Promise<void> {
  const state = await askForStack();
  if (state.kind !== 'running') return reloadWhenRunning();
  const { stack } = state;
  showStatus({ kind: 'running' });
  showStack(stack);
  const cards: Cards = new Cards(stack, (key) => void uploads.retry(key));
  const uploads = new Uploads(stack, (upload) => cards.show(upload));
  const prefix = openDestination(stack.recipes);
  openDropZone((files) => {
    for (const file of files) void uploads.add(file, prefix());
  });
  await watch(stack, uploads, cards);
}

void main();

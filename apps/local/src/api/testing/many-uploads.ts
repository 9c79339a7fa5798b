/**
 * Measures the list of uploads in Chromium: `node apps/local/src/api/testing/many-uploads.ts [uploads]`. The index, the
 * API and the page are real; S3 answers from code, because it is not what is measured. Nothing is asserted: the times are
 * those of this machine.
 */
import { Readable } from 'node:stream';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { paintLandscape } from '../../demo/painting.ts';
import { findChromium, openBrowser } from './chromium.ts';
import { startConsoleRig } from './console-rig.ts';

const total = Number(process.argv[2] ?? 100_000);
/** Keys of a page of S3's listing. */
const LISTED = 1000;
/** Of the scroll, CSS pixels and pixels per second. */
const SCROLL = { distance: 30_000, speed: 3000 };
/** Of a screen with 60 Hz, milliseconds. */
const FRAME_MS = 1000 / 60;

const keyOf = (index: number) => `uploads/${String(index).padStart(7, '0')}.jpg`;
const chromium = findChromium();
if (chromium === undefined) throw new Error('No Chromium on the PATH or in DARKROOM_CHROMIUM');

const rig = await startConsoleRig();
const painting = await paintLandscape(3).jpeg().toBuffer();
await rig.upload(keyOf(0), painting);
const manifest = JSON.stringify(await rig.handler.develop(keyOf(0)));
const { outputs } = JSON.parse(manifest) as { outputs: { key: string; variant: string }[] };
const thumbnail = await fetch(
  `${rig.api.url}/api/object?bucket=processed&key=${outputs.find(({ variant }) => variant === 'thumb')?.key}`,
).then(async (response) => Buffer.from(await response.arrayBuffer()));
const head = await rig.s3.send(
  new HeadObjectCommand({
    Bucket: rig.stack.sourceBucket,
    Key: keyOf(0),
  }),
);

rig.s3.middlewareStack.add(
  (next, { commandName }) =>
    async (args) => {
      const input = args.input as { Key?: string; KeyMarker?: string };
      const answer = (output: object) => ({ output: { $metadata: {}, ...output }, response: {} });
      if (commandName === 'ListObjectVersionsCommand') {
        const from = input.KeyMarker ? Number(/\d+/.exec(input.KeyMarker)?.[0]) + 1 : 0;
        const number = Math.min(LISTED, total - from);
        const Versions = Array.from({ length: number }, (_, index) => ({
          ...{ Key: keyOf(from + index), ETag: head.ETag, Size: head.ContentLength },
          ...{ IsLatest: true, VersionId: 'null' },
          LastModified: new Date(Date.UTC(2026, 0, 1) + (from + index) * 1000),
        }));
        const NextKeyMarker = keyOf(from + number - 1);
        return answer({ Versions, NextKeyMarker, IsTruncated: from + number < total });
      }
      if (commandName !== 'GetObjectCommand') return next(args);
      const { Key = '' } = input;
      const bytes = Key.endsWith('manifest.json')
        ? Buffer.from(manifest.replaceAll(keyOf(0), Key.slice(0, Key.lastIndexOf('/'))))
        : thumbnail;
      const Body = Object.assign(Readable.from([bytes]), {
        transformToByteArray: () => Promise.resolve(bytes),
      });
      const ContentType = Key.endsWith('.json') ? 'application/json' : 'image/webp';
      return answer({ Body, ContentType, ContentLength: bytes.byteLength });
    },
  { step: 'initialize' },
);

const began = performance.now();
await rig.index.refresh();
const listed = performance.now() - began;
console.log(
  `${rig.index.counts().listed.toLocaleString('en')} uploads listed in ${seconds(listed)}`,
);

const browser = await openBrowser(chromium);
const page = await browser.context.newPage();
try {
  await measureFirstRows('while the index reads manifests');
  while ((rig.index.counts().states['reading'] ?? 0) > 0)
    await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(`all manifests read after ${seconds(performance.now() - began)}`);
  for (const layout of ['grid', 'list']) {
    await measureFirstRows(`as a ${layout}`, `?layout=${layout}`);
    await measureScrolling(layout);
  }
} finally {
  await browser.close();
  await rig.stop();
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** From the start of the navigation to the frame with the first rows. */
async function measureFirstRows(what: string, query = ''): Promise<void> {
  await page.addInitScript(`
    self.firstRows = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('[role=option][data-key]')) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
      }).observe(document, { childList: true, subtree: true });
    })`);
  await page.goto(`${rig.api.url}/uploads${query}`);
  console.log(`first rows ${what}: ${seconds(await page.evaluate<number>('self.firstRows'))}`);
}

/** Frames of the compositor while a wheel scrolls, from the browser's trace. */
async function measureScrolling(layout: string): Promise<void> {
  const session = await browser.context.newCDPSession(page);
  const frames: number[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as { name?: string; ts?: number }[])
      if (event.name === 'DrawFrame' && event.ts !== undefined) frames.push(event.ts / 1000);
  });
  await page.evaluate(`
    self.mostRows = 0;
    new MutationObserver(() => {
      self.mostRows = Math.max(self.mostRows, document.querySelectorAll('[role=option]').length);
    }).observe(document, { childList: true, subtree: true });`);
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline.frame'] },
  });
  await session.send('Input.synthesizeScrollGesture', {
    ...{ x: 640, y: 600, yDistance: -SCROLL.distance, speed: SCROLL.speed },
    gestureSourceType: 'mouse',
  });
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await ended;
  const times = frames
    .toSorted((a, b) => a - b)
    .flatMap((at, index, all) => (index === 0 ? [] : [at - (all[index - 1] ?? at)]))
    .toSorted((a, b) => a - b);
  const quantile = (share: number) => times[Math.floor(times.length * share)]?.toFixed(1) ?? '?';
  const late = times.filter((time) => time > 2 * FRAME_MS).length;
  const reached = await page.evaluate<number>('scrollY');
  const rows = await page.evaluate<number>('self.mostRows');
  console.log(
    `scrolled a ${layout} by ${Math.round(reached).toLocaleString('en')} px: ${times.length + 1} frames, ` +
      `median ${quantile(0.5)} ms, 95 % below ${quantile(0.95)} ms, longest ${quantile(1 - 1 / times.length)} ms, ` +
      `${late} later than two frames of 60 Hz; at most ${rows} cards in the page`,
  );
}

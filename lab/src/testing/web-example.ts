/** An example of a web application, installed from packed packages, with a local stack and a browser. */
import { spawn } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startLocalStack, type LocalStack } from '@darkroom/local';
import { openBrowser, type Browser } from '@darkroom/local/testing';
import { PATIENCE } from './client.ts';
import { installPacked, type InstalledPackages } from './packed-package.ts';
import { temporaryDirectory } from './running-stack.ts';
import { CHECKOUT, createWorkspace } from './workspace.ts';

export type Page = Awaited<ReturnType<Browser['context']['newPage']>>;

export interface WebExample {
  readonly stack: LocalStack;
  openPage(): Promise<Page>;
  /** Ends all of it, and removes its files. */
  stop(): Promise<void>;
}

export interface WebExampleOptions {
  /** Folder in `examples`. */
  readonly name: string;
  /** Files and folders of the example that the application consists of. */
  readonly files: readonly string[];
  /** Arguments of Node in the installed folder, after the installation. */
  readonly build?: readonly string[];
  /** Arguments of Node that start the server. */
  readonly start: readonly string[];
  /** Path of Chromium. */
  readonly chromium: string;
  /** Outcomes are delivered, with the processed bucket in the place of CloudFront. */
  readonly delivery: boolean;
}

/** Sums layout shifts without an input of the user, as browsers do, and notes the progress that the page shows. */
const OBSERVE = `
  globalThis.shifts = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries())
      if (!hadRecentInput) globalThis.shifts += value;
  }).observe({ type: 'layout-shift', buffered: true });
  globalThis.shares = [];
  addEventListener('DOMContentLoaded', () => {
    const bar = document.querySelector('progress');
    const note = () => globalThis.shares.push(bar.value);
    new MutationObserver(note).observe(bar, { attributes: true });
  });
`;

export async function startWebExample(options: WebExampleOptions): Promise<WebExample> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const workspace = await createWorkspace();
    cleanups.push(() => workspace.remove());
    await workspace.writeStack('web', {
      recipes: [
        {
          name: 'photos',
          match: { prefix: 'uploads/' },
          variants: [
            { name: 'thumb', steps: [{ resize: { width: 200, height: 200 } }, { encode: 'webp' }] },
            {
              name: 'w{width}',
              widths: [320, 640, 1280],
              steps: ['rotate'],
              encode: ['webp', 'jpeg'],
            },
          ],
        },
      ],
      storage: { protect: false },
      source: { cors: { origins: ['*'] } },
      ...(options.delivery && { delivery: { outcomes: true, cors: { origins: ['*'] } } }),
    });
    const stack = await startLocalStack({
      ...{ workspace: workspace.directory, stack: 'web', dataDir: await temporaryDirectory() },
      ...{ port: 0, awsPort: 0, strict: true },
    });
    cleanups.push(() => stack.stop(10_000));
    const installed = await install(options);
    cleanups.push(() => installed.remove());
    const { url, end } = await serve(options, installed, stack);
    cleanups.push(end);
    const browser = await openBrowser(options.chromium);
    cleanups.push(() => browser.close());
    return {
      stack,
      stop,
      openPage: async () => {
        const page = await browser.context.newPage();
        page.setDefaultTimeout(PATIENCE.timeout);
        await page.addInitScript(OBSERVE);
        await page.goto(url);
        return page;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs the example as it is in an empty folder, with the packed client and the locked versions, if it has any. */
async function install({ name, files, build }: WebExampleOptions): Promise<InstalledPackages> {
  const folder = path.join(CHECKOUT, 'examples', name);
  const text = await readFile(path.join(folder, 'package.json'), 'utf8');
  const { dependencies, type } = JSON.parse(text) as {
    dependencies: Record<string, string>;
    type: string;
  };
  const { '@darkroom/client': _packed, ...others } = dependencies;
  const installed = await installPacked([path.join(CHECKOUT, 'libs/client')], {
    manifest: { type, dependencies: others },
    lockfile: path.join(folder, 'package-lock.json'),
  });
  for (const file of files)
    await cp(path.join(folder, file), path.join(installed.folder, file), { recursive: true });
  if (build) await installed.node(build);
  return installed;
}

async function serve(
  { start, delivery }: WebExampleOptions,
  installed: InstalledPackages,
  { info }: LocalStack,
): Promise<{ url: string; end: () => Promise<void> }> {
  const server = spawn(process.execPath, start, {
    cwd: installed.folder,
    env: {
      ...process.env,
      PORT: '0',
      AWS_ENDPOINT_URL: info.endpoint,
      AWS_REGION: info.region,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      DARKROOM_SOURCE_BUCKET: info.sourceBucket,
      DARKROOM_PROCESSED_BUCKET: info.processedBucket,
      ...(delivery && { DELIVERY_URL: `${info.endpoint}/${info.processedBucket}` }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const end = () => {
    server.kill();
    return exited;
  };
  let output = '';
  for await (const line of createInterface({ input: server.stdout })) {
    output += `${line}\n`;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url === undefined) continue;
    // What it prints later must not fill the pipe.
    server.stdout.resume();
    return { url, end };
  }
  await end();
  throw new Error(`The server has ended: ${output}`);
}

/** A member of the picture's element. Scripts are texts, because the page's types are not known here. */
export function ofImage<T>(page: Page, member: string): Promise<T> {
  return page.evaluate<T>(`document.querySelector('figure img').${member}`);
}

/** Sets the width of the window in CSS pixels, and the pixel ratio of its display. */
export async function setView(page: Page, width: number, deviceScaleFactor: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDeviceMetricsOverride', {
    ...{ width, height: 900, deviceScaleFactor, mobile: false },
  });
}

/** Widths of a window and ratios of its display, with the width of the smallest file of a photo that is sharp there. */
export const VIEWS = [
  { width: 300, ratio: 1, candidate: 320 },
  { width: 300, ratio: 2, candidate: 640 },
  { width: 500, ratio: 1, candidate: 640 },
  { width: 500, ratio: 2, candidate: 1280 },
  { width: 1200, ratio: 1, candidate: 640 },
  { width: 1200, ratio: 2, candidate: 1280 },
] as const;

/** The file that the browser has chosen, such as `w320-jpeg.jpg`. */
export async function fileOfImage(page: Page): Promise<string | undefined> {
  return /\/(?<file>[^/]+)\?v=/.exec(await ofImage(page, 'currentSrc'))?.groups?.['file'];
}

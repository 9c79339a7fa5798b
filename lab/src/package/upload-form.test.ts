/** The example of a web application, from packed packages, in a real browser, against the real pipeline. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startLocalStack, type LocalStack } from '@darkroom/local';
import { findChromium, openBrowser, type Browser } from '@darkroom/local/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENCE } from '../testing/client.ts';
import { installPacked, type InstalledPackages } from '../testing/packed-package.ts';
import { picture } from '../testing/pictures.ts';
import { temporaryDirectory } from '../testing/running-stack.ts';
import { CHECKOUT, createWorkspace, type Workspace } from '../testing/workspace.ts';

const EXAMPLE = path.join(CHECKOUT, 'examples/upload-form');
const chromium = findChromium();
const title = chromium
  ? 'an upload form'
  : 'an upload form: NOT TESTED, no Chromium on the PATH or in DARKROOM_CHROMIUM';

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

describe.skipIf(!chromium)(title, () => {
  let workspace: Workspace;
  let stack: LocalStack;
  let installed: InstalledPackages;
  let server: ChildProcess;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    workspace = await createWorkspace();
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
      delivery: { outcomes: true, cors: { origins: ['*'] } },
    });
    stack = await startLocalStack({
      ...{ workspace: workspace.directory, stack: 'web', dataDir: await temporaryDirectory() },
      ...{ port: 0, awsPort: 0, strict: true },
    });
    const { default: manifest } = (await import(path.join(EXAMPLE, 'package.json'), {
      with: { type: 'json' },
    })) as { default: { dependencies: Record<string, string> } };
    const { '@darkroom/client': _packed, ...dependencies } = manifest.dependencies;
    installed = await installPacked([path.join(CHECKOUT, 'libs/client')], {
      manifest: { type: 'module', dependencies },
    });
    for (const file of ['server.js', 'index.html', 'recipe.js'])
      await cp(path.join(EXAMPLE, file), path.join(installed.folder, file));
    const { endpoint, sourceBucket, processedBucket, region } = stack.info;
    server = spawn(process.execPath, ['server.js'], {
      cwd: installed.folder,
      env: {
        ...process.env,
        PORT: '0',
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        DARKROOM_SOURCE_BUCKET: sourceBucket,
        DARKROOM_PROCESSED_BUCKET: processedBucket,
        // In the place of CloudFront.
        DELIVERY_URL: `${endpoint}/${processedBucket}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: server.stdout ?? process.stdin });
    [url] = (await once(lines, 'line')) as [string];
    browser = await openBrowser(chromium ?? '');
  });

  afterAll(async () => {
    await browser.close();
    server.kill();
    await installed.remove();
    await stack.stop(10_000);
    await workspace.remove();
  });

  test('uploads a photo of another origin, and shows it in the right size without a shift', async () => {
    const page = await browser.context.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    const session = await browser.context.newCDPSession(page);
    const show = (width: number, deviceScaleFactor: number) =>
      session.send('Emulation.setDeviceMetricsOverride', {
        ...{ width, height: 900, deviceScaleFactor, mobile: false },
      });
    // Texts: the page's types are not known here.
    const ofImage = (member: string) =>
      page.evaluate<string>(`document.querySelector('figure img').${member}`);
    const candidate = async () => /w\d+-\w+\.\w+\?v=/.exec(await ofImage('currentSrc'))?.[0];
    await show(300, 1);
    await page.addInitScript(OBSERVE);
    await page.goto(url);
    await page.setInputFiles('input', {
      name: 'cat & dog.jpg',
      mimeType: 'image/jpeg',
      buffer: await picture({ width: 1600, height: 1200 }),
    });
    await page.getByText('Done.').waitFor();
    await expect.poll(() => ofImage('style.opacity'), PATIENCE).toBe('1');
    expect(await ofImage('currentSrc')).not.toContain('cat');
    expect(await page.locator('figure picture').getAttribute('style')).toContain(
      'background-image:url(data:image/png;base64,',
    );
    expect(await page.evaluate('globalThis.shares.at(-1)')).toBe(1);
    expect(await page.evaluate('globalThis.shifts')).toBe(0);
    // Upwards, because a browser also keeps to a larger picture in its cache.
    const views = [
      [300, 1, 320],
      [300, 2, 640],
      [500, 1, 640],
      [1200, 1, 640],
      [500, 2, 1280],
      [1200, 2, 1280],
    ] as const;
    for (const [width, ratio, expected] of views) {
      await show(width, ratio);
      // A browser keeps the file of an image that it already shows, so the page inserts the picture again.
      await page.evaluate("document.querySelector('figure').innerHTML += ''");
      await expect.poll(candidate, PATIENCE).toBe(`w${expected}-webp.webp?v=`);
    }
    await page.close();
  });

  test('offers each picture of a small photo once, although every variant has its file', async () => {
    const page = await browser.context.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    await page.goto(url);
    const buffer = await picture({ width: 500, height: 400 });
    await page.setInputFiles('input', { name: 'small.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByText('Done.').waitFor();
    for (const element of ['source', 'img']) {
      const srcset = await page.locator(`figure ${element}`).getAttribute('srcset');
      expect(srcset?.match(/ \d+w/g)).toEqual([' 320w', ' 500w']);
    }
    const src = (await page.locator('figure img').getAttribute('src')) ?? '';
    expect(src).toContain('w640-jpeg.jpg');
    const copy = await fetch(src.replace('w640', 'w1280'));
    expect(copy.status).toBe(200);
    const original = await fetch(src);
    expect(await copy.arrayBuffer()).toEqual(await original.arrayBuffer());
    await page.close();
  });

  test('explains to the user why a file is not used', async () => {
    const page = await browser.context.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    await page.goto(url);
    const whole = await picture({ width: 800, height: 600 });
    const files = [
      ['diary.txt', 'text/plain', Buffer.from('Dear diary'), 'This kind of file cannot be used.'],
      ['diary.jpg', 'image/jpeg', Buffer.from('Dear diary'), 'This kind of file cannot be used.'],
      ['half.jpg', 'image/jpeg', whole.subarray(0, whole.length / 2), 'damaged or incomplete.'],
    ] as const;
    for (const [name, mimeType, buffer, hasText] of files) {
      await page.setInputFiles('input', { name, mimeType, buffer });
      await page.getByRole('alert').filter({ hasText }).waitFor();
      expect(await page.locator('figure img').count()).toBe(0);
      await page.evaluate('document.querySelector("[role=alert]").textContent = ""');
    }
    await page.close();
  });

  test('explains to the user that a file is too large, and that a form has expired', async () => {
    const page = await browser.context.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    await page.goto(url);
    const explained = (hasText: string) => page.getByRole('alert').filter({ hasText }).waitFor();
    const large = Buffer.alloc(21 * 1024 * 1024);
    await page.setInputFiles('input', { name: 'a.jpg', mimeType: 'image/jpeg', buffer: large });
    await explained('This picture is too large.');
    // The form of a page that was open for too long.
    await page.route('**/forms', async (route) => {
      const response = await route.fetch();
      const form = (await response.json()) as { fields: { Policy: string } };
      const policy = JSON.parse(Buffer.from(form.fields.Policy, 'base64').toString()) as object;
      const expired = JSON.stringify({ ...policy, expiration: '2020-01-01T00:00:00Z' });
      form.fields.Policy = Buffer.from(expired).toString('base64');
      await route.fulfill({ json: form });
    });
    const buffer = await picture({ width: 80, height: 60 });
    await page.setInputFiles('input', { name: 'b.jpg', mimeType: 'image/jpeg', buffer });
    await explained('The upload took too long to start. Please try again.');
    await page.close();
  });
});

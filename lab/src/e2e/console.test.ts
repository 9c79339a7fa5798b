/** The real page against the real pipeline, in a real browser. */
import { PATIENCE } from '../testing/client.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, openBrowser, type Browser } from '@darkroom/local/testing';
import { picture } from '../testing/pictures.ts';
import { startStack, type RunningStack } from '../testing/running-stack.ts';

const chromium = findChromium();
const title = chromium
  ? 'the console'
  : 'the console: NOT TESTED, no Chromium on the PATH or in DARKROOM_CHROMIUM';

describe.skipIf(!chromium)(title, () => {
  let running: RunningStack;
  let browser: Browser;

  beforeAll(async () => {
    running = await startStack();
    browser = await openBrowser(chromium ?? '');
  });

  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  test('shows what became of the files that are chosen, and of an upload from elsewhere', async () => {
    const { client, local } = running;
    const page = await browser.context.newPage();
    page.setDefaultTimeout(PATIENCE.timeout);
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    await page.goto(local.url);
    await page.getByText('No uploads yet.').waitFor();
    const card = (key: string) => page.locator(`[role=option][data-key=${JSON.stringify(key)}]`);
    const story = (key: string) => page.goto(`${local.url}/upload?key=${encodeURIComponent(key)}`);

    await page.setInputFiles('#picker', [
      {
        name: 'cat & dog.jpg',
        mimeType: 'image/jpeg',
        buffer: await picture({ width: 900, height: 600 }),
      },
      { name: 'diary.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('Dear diary') },
    ]);
    await page.locator('.tray [data-state=stored]').nth(1).waitFor();

    await story('uploads/cat & dog.jpg');
    await page.locator('.variants img.loaded').nth(6).waitFor();
    // A text: the page's types are not known here.
    const widths = await page.evaluate<number[]>(
      "Array.from(document.querySelectorAll('.variants img'), (image) => image.naturalWidth)",
    );
    expect(widths).toEqual([200, 320, 320, 640, 640, 900, 900]);
    expect(await page.locator('main').innerText()).toMatch(/7 variants/);

    await story('uploads/diary.jpg');
    await page.getByText('This is not an image that the recipe takes').waitFor();
    expect(await page.locator('main').innerText()).toContain('UNSUPPORTED_FORMAT');

    await page.goto(`${local.url}/uploads`);
    await client.uploadAndWait('uploads/elsewhere.jpg', await picture());
    await card('uploads/elsewhere.jpg').locator('img.loaded').waitFor();

    await client.remove('uploads/cat & dog.jpg');
    await card('uploads/cat & dog.jpg').waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });
});

/** The example of Next.js, built from packed packages, in a real browser, against the real pipeline. */
import { execFileSync } from 'node:child_process';
import { findChromium } from '@darkroom/local/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PATIENCE } from '../testing/client.ts';
import { picture } from '../testing/pictures.ts';
import {
  fileOfImage,
  ofImage,
  setView,
  startWebExample,
  VIEWS,
  type WebExample,
} from '../testing/web-example.ts';

const chromium = findChromium();
const NEXT = 'node_modules/next/dist/bin/next';

/** Next.js is not a dependency of the checkout, so `npm ci` has not filled npm's cache with it. CI has a registry. */
function canInstallNext(): boolean {
  if (process.env['CI'] !== undefined) return true;
  try {
    const args = ['view', 'next', 'name', '--prefer-offline', '--fetch-retries=0'];
    execFileSync('npm', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const obstacle =
  chromium === undefined
    ? 'no Chromium on the PATH or in DARKROOM_CHROMIUM'
    : canInstallNext()
      ? undefined
      : 'npm cannot reach a registry that has Next.js';
const title = `a page of Next.js${obstacle === undefined ? '' : `: NOT TESTED, ${obstacle}`}`;

describe.skipIf(obstacle)(title, () => {
  let example: WebExample;
  beforeAll(async () => {
    example = await startWebExample({
      name: 'nextjs',
      files: ['app', 'next.config.js', 'recipe.js', '.env'],
      build: [NEXT, 'build'],
      start: [NEXT, 'start', '--hostname', '127.0.0.1'],
      chromium: chromium ?? '',
      // As `npm start` runs it: the application's server waits for the manifest.
      delivery: false,
    });
  });
  afterAll(() => example.stop());

  test.each(VIEWS)(
    'uploads a photo, and shows it by next/image $width pixels wide at ratio $ratio without a shift',
    async ({ width, ratio, candidate }) => {
      const page = await example.openPage();
      await setView(page, width, ratio);
      // The file of the picture waits until the placeholder has been seen.
      const seen = Promise.withResolvers<undefined>();
      await page.route('**/*.jpg?v=*', async (route) => {
        await seen.promise;
        await route.continue();
      });
      await page.setInputFiles('input', {
        name: 'cat & dog.jpg',
        mimeType: 'image/jpeg',
        buffer: await picture({ width: 1600, height: 1200 }),
      });
      await page.getByText('Done.').waitFor();
      expect(await ofImage(page, 'style.backgroundImage')).toContain('data:image/png;base64,');
      seen.resolve(undefined);
      await expect.poll(() => ofImage(page, 'style.backgroundImage'), PATIENCE).toBe('');
      expect(await ofImage(page, 'naturalWidth')).toBeGreaterThan(0);
      expect(await fileOfImage(page)).toBe(`w${candidate}-jpeg.jpg`);
      expect(await ofImage(page, 'currentSrc')).not.toContain('cat');
      expect(await page.evaluate('Math.max(...globalThis.shares)')).toBe(1);
      expect(await page.evaluate('globalThis.shifts')).toBe(0);
      await page.close();
    },
  );

  test('explains to the user why a file is not used', async () => {
    const page = await example.openPage();
    const files = [
      ['diary.txt', 'text/plain', Buffer.from('Dear diary'), 'This kind of file cannot be used.'],
      ['diary.jpg', 'image/jpeg', Buffer.from('Dear diary'), 'This kind of file cannot be used.'],
      ['large.jpg', 'image/jpeg', Buffer.alloc(21 * 1024 * 1024), 'This picture is too large.'],
    ] as const;
    for (const [name, mimeType, buffer, hasText] of files) {
      await page.setInputFiles('input', { name, mimeType, buffer });
      await page.getByRole('alert').filter({ hasText }).waitFor();
      expect(await page.locator('figure img').count()).toBe(0);
    }
    await page.route(page.url(), (route) => route.abort());
    const buffer = await picture({ width: 80, height: 60 });
    await page.setInputFiles('input', { name: 'a.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByRole('alert').filter({ hasText: 'The connection failed.' }).waitFor();
    await page.close();
  });
});

/** The example of a web application, from packed packages, in a real browser, against the real pipeline. */
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
const title = chromium
  ? 'an upload form'
  : 'an upload form: NOT TESTED, no Chromium on the PATH or in DARKROOM_CHROMIUM';

describe.skipIf(!chromium)(title, () => {
  let example: WebExample;
  beforeAll(async () => {
    example = await startWebExample({
      name: 'upload-form',
      files: ['server.js', 'index.html', 'recipe.js'],
      start: ['server.js'],
      chromium: chromium ?? '',
      delivery: true,
    });
  });
  afterAll(() => example.stop());

  test.each(VIEWS)(
    'uploads a photo to another origin, and shows it $width pixels wide at ratio $ratio without a shift',
    async ({ width, ratio, candidate }) => {
      const page = await example.openPage();
      await setView(page, width, ratio);
      await page.setInputFiles('input', {
        name: 'cat & dog.jpg',
        mimeType: 'image/jpeg',
        buffer: await picture({ width: 1600, height: 1200 }),
      });
      await page.getByText('Done.').waitFor();
      await expect.poll(() => ofImage(page, 'style.opacity'), PATIENCE).toBe('1');
      expect(await fileOfImage(page)).toBe(`w${candidate}-webp.webp`);
      expect(await ofImage(page, 'currentSrc')).not.toContain('cat');
      expect(await page.locator('figure picture').getAttribute('style')).toContain(
        'background-image:url(data:image/png;base64,',
      );
      expect(await page.evaluate('globalThis.shares.at(-1)')).toBe(1);
      expect(await page.evaluate('globalThis.shifts')).toBe(0);
      await page.close();
    },
  );

  test('offers each picture of a small photo once, although every variant has its file', async () => {
    const page = await example.openPage();
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
    const page = await example.openPage();
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

  test('explains to the user that a file is too large, and that a form is not valid any more', async () => {
    const page = await example.openPage();
    const explained = (hasText: string) => page.getByRole('alert').filter({ hasText }).waitFor();
    const large = Buffer.alloc(21 * 1024 * 1024);
    await page.setInputFiles('input', { name: 'a.jpg', mimeType: 'image/jpeg', buffer: large });
    await explained('This picture is too large.');

    /** The page receives each form with other fields. */
    const changeForm = async (change: (fields: Record<string, string>) => void) => {
      await page.unroute('**/forms');
      await page.route('**/forms', async (route) => {
        const response = await route.fetch();
        const form = (await response.json()) as { fields: Record<string, string> };
        change(form.fields);
        await route.fulfill({ json: form });
      });
      const buffer = await picture({ width: 80, height: 60 });
      await page.setInputFiles('input', { name: 'b.jpg', mimeType: 'image/jpeg', buffer });
    };
    // The form of a page that was open for too long.
    await changeForm((fields) => {
      const policy = JSON.parse(Buffer.from(fields['Policy'] ?? '', 'base64').toString()) as object;
      const expired = JSON.stringify({ ...policy, expiration: '2020-01-01T00:00:00Z' });
      fields['Policy'] = Buffer.from(expired).toString('base64');
    });
    await explained('The upload took too long to start. Please try again.');
    // A key that the server has not signed.
    await changeForm((fields) => (fields['key'] = 'uploads/of another user.jpg'));
    await explained('This upload is not allowed.');
    await page.close();
  });

  test('explains to the user that the server or S3 does not answer', async () => {
    const page = await example.openPage();
    const buffer = await picture({ width: 80, height: 60 });
    for (const address of ['**/forms', `${example.stack.info.endpoint}/**`]) {
      await page.route(address, (route) => route.abort());
      await page.setInputFiles('input', { name: 'a.jpg', mimeType: 'image/jpeg', buffer });
      await page.getByRole('alert').filter({ hasText: 'The connection failed.' }).waitFor();
      await page.unroute(address);
    }
    await page.close();
  });
});

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeConsole } from './testing/use-console.ts';

/** Keeps what the browser reports from the first frame on. */
const OBSERVE = `
  self.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      self.shifts.push({ value, moved: sources.map(({ node }) => node?.outerHTML?.slice(0, 120)) });
  }).observe({ type: 'layout-shift', buffered: true });
`;

const frames = (page: Page) =>
  page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))',
  );

describeConsole('nothing moves while data loads', (here) => {
  const views: Record<string, { address: string; shown: (page: Page) => Promise<void> }> = {
    overview: {
      address: '/',
      shown: (page) => page.getByRole('link', { name: 'uploads/cat.jpg, Done' }).waitFor(),
    },
    uploads: {
      address: '/uploads',
      shown: (page) => page.locator('[data-key="uploads/cat.jpg"] img.loaded').waitFor(),
    },
    upload: {
      address: '/upload?key=uploads%2Fcat.jpg',
      shown: (page) => page.locator('.variants img.loaded').nth(4).waitFor(),
    },
    'a rejected upload': {
      address: '/upload?key=uploads%2Fbad.jpg',
      shown: (page) => page.getByText('This is not an image').waitFor(),
    },
    playground: {
      address: '/playground?recipe=gallery:shop',
      shown: (page) => page.locator('[data-variant] img.loaded').first().waitFor(),
    },
    problems: {
      address: '/problems',
      shown: (page) => page.getByText('UNSUPPORTED_FORMAT').first().waitFor(),
    },
    changes: {
      address: '/changes',
      shown: (page) => page.getByRole('button', { name: 'Compare', exact: true }).waitFor(),
    },
  };

  test.each(Object.entries(views))('%s', async (_, { address, shown }) => {
    await here.develop('uploads/cat.jpg', 'uploads/dog.jpg');
    await here.rig.upload('uploads/bad.jpg', 'text');
    await here.rig.handler.reject('uploads/bad.jpg', 'UNSUPPORTED_FORMAT', 'found text');
    here.rig.recent.add(JSON.stringify({ message: 'done', key: 'uploads/cat.jpg', duration: 99 }));
    const page = await here.browser.context.newPage();
    await page.addInitScript(OBSERVE);
    // The page is painted without data, and the answers arrive one after the other.
    let isPainted = () => {};
    const painted = new Promise<void>((done) => (isPainted = done));
    await page.route('**/api/**', async (route) => {
      await painted;
      await frames(page);
      await route.continue();
    });
    await page.goto(here.rig.api.url + address, { waitUntil: 'load' });
    await page.locator('main').waitFor();
    await frames(page);
    isPainted();
    await shown(page);
    await page.evaluate('document.fonts.ready');
    await frames(page);
    expect(await page.evaluate('self.shifts')).toEqual([]);
  });
});

/**
 * Takes screenshots of the views and their states, in light, dark and on a phone: `node
 * apps/local/src/api/testing/screenshots.ts [folder]`. Nothing compares them: a person looks at them.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { paintLandscape } from '../../demo/painting.ts';
import { findChromium, openBrowser } from './chromium.ts';
import { startConsoleRig } from './console-rig.ts';

const folder = process.argv[2] ?? (await mkdtemp(path.join(tmpdir(), 'darkroom-console-')));
await mkdir(folder, { recursive: true });
const chromium = findChromium();
if (chromium === undefined) throw new Error('No Chromium on the PATH or in DARKROOM_CHROMIUM');
const rig = await startConsoleRig();
try {
  const key = (index: number) => `uploads/2026/landscape-${String(index).padStart(2, '0')}.jpg`;
  for (let index = 1; index <= 14; index++) {
    const crop = { left: 200, top: 0, width: 480, height: 640 };
    const painting = index % 3 === 0 ? paintLandscape(index).extract(crop) : paintLandscape(index);
    await rig.upload(key(index), await painting.jpeg({ quality: 90 }).toBuffer());
    await rig.handler.develop(key(index));
  }
  const lines = Array.from({ length: 40 }, (_, index) => ({
    ...{ message: index % 9 === 8 ? 'rejected' : 'done', key: key((index % 14) + 1) },
    duration: 120 + ((index * 37) % 90),
    ...(index % 9 === 8 && { code: 'CORRUPT_IMAGE', reason: 'the data ends early' }),
  }));
  for (const line of lines) rig.recent.add(JSON.stringify(line));
  await rig.upload('uploads/notes.jpg', 'Dear diary');
  await rig.handler.reject(
    ...(['uploads/notes.jpg', 'UNSUPPORTED_FORMAT', 'found text, not an image'] as const),
  );
  await rig.upload('uploads/waiting.jpg', await paintLandscape(77).jpeg().toBuffer());
  await rig.upload('elsewhere/report.pdf', '%PDF');

  await rig.upload('uploads/old.jpg', await paintLandscape(5).jpeg().toBuffer());
  await rig.handler.develop('uploads/old.jpg', [320], 'hash of an earlier recipe');
  await fetch(`${rig.api.url}/api/changes/compare`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
  });

  const views = {
    overview: '/',
    uploads: '/uploads',
    'uploads-list': '/uploads?layout=list',
    'uploads-empty': '/uploads?search=nothing',
    upload: `/upload?key=${encodeURIComponent(key(4))}`,
    changes: '/changes?example=uploads%2Fold.jpg',
    playground: '/playground?recipe=gallery:shop',
    problems: '/problems',
    rejected: '/upload?key=uploads%2Fnotes.jpg',
  };
  const looks = {
    light: {},
    dark: { colorScheme: 'dark' as const },
    phone: { width: 390, height: 844 },
  };
  for (const [look, options] of Object.entries(looks)) {
    const browser = await openBrowser(chromium, options);
    const page = await browser.context.newPage();
    for (const [name, address] of Object.entries(views)) {
      await page.goto(rig.api.url + address);
      await page.getByText('Running').first().waitFor();
      await page.waitForLoadState('load');
      await page.waitForTimeout(900);
      const file = path.join(folder, `${name}-${look}.png`);
      await page.screenshot({ path: file, fullPage: name !== 'uploads' });
    }
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.locator('#connect').waitFor();
    await page.screenshot({ path: path.join(folder, `connect-${look}.png`) });
    await browser.close();
  }
  console.log(folder);
} finally {
  await rig.stop();
}

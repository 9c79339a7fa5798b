import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { AxeBuilder } from '@axe-core/playwright';
import { formatMessage } from '@darkroom/events';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from 'vitest';
import { findChromium, openBrowser, type Browser } from './testing/chromium.ts';
import { openConsole, type PickedFile } from './testing/console-page.ts';
import { CONSOLE_DIR, startConsoleRig, type ConsoleRig } from './testing/console-rig.ts';

const chromium = findChromium();
/** Visible in the report: without a browser nothing of this is known. */
const title = chromium
  ? 'the console in Chromium'
  : 'the console: NOT TESTED, no Chromium found on the PATH or in DARKROOM_CHROMIUM';

/** Of `meta.json` (apps/console/build.config.mjs). */
interface Chunk {
  readonly isEntry: boolean;
  readonly imports: readonly string[];
}

test('the home view needs less than 100 kB of script, gzipped, before its first paint', () => {
  const text = readFileSync(path.join(CONSOLE_DIR, 'meta.json'), 'utf8');
  const { outputs } = JSON.parse(text) as { outputs: Record<string, Chunk> };
  const needed = new Set<string>();
  const add = (file: string) => {
    if (needed.has(file)) return;
    needed.add(file);
    outputs[file]?.imports.forEach(add);
  };
  for (const [file, { isEntry }] of Object.entries(outputs)) if (isEntry) add(file);
  expect(needed.size).toBeGreaterThan(0);
  const sizes = [...needed].map((file) => gzipSync(readFileSync(path.join(CONSOLE_DIR, file))));
  expect(sizes.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(100_000);
});

describe.skipIf(!chromium)(title, () => {
  let browser: Browser;
  let rig: ConsoleRig;
  let photo: Buffer;
  let faults: string[];

  beforeAll(async () => {
    browser = await openBrowser(chromium ?? '');
    photo = await sharp({
      create: { width: 900, height: 600, channels: 3, background: '#7a5c40' },
    })
      .jpeg()
      .toBuffer();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    rig = await startConsoleRig();
    faults = [];
  });
  afterEach(async () => {
    await Promise.all(browser.context.pages().map((page) => page.close()));
    await rig.stop();
    expect(faults).toEqual([]);
  });

  const open = (address = '/') => openConsole(browser, rig, faults, address);

  function picked(name: string, buffer: Buffer = photo): PickedFile {
    return { name, mimeType: 'image/jpeg', buffer };
  }

  /** Pastes: Chrome marks up text that it inserts itself, which the security policy forbids. */
  async function replace(editor: Locator, text: string): Promise<void> {
    const page = editor.page();
    await page.bringToFront();
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await editor.focus();
    await editor.press('ControlOrMeta+a');
    await editor.press('ControlOrMeta+v');
  }

  function wide(): Promise<Buffer> {
    const create = { width: 900, height: 300, channels: 3, background: '#406a7a' } as const;
    return sharp({ create }).jpeg().toBuffer();
  }

  async function keysOf(bucket: string): Promise<string[]> {
    const { Contents = [] } = await rig.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key ?? '');
  }

  async function develop(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await rig.upload(key, photo);
      await rig.handler.develop(key);
    }
  }

  async function violations(page: Page): Promise<string[]> {
    const found = await new AxeBuilder({ page }).analyze();
    return found.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`,
    );
  }

  test('says that it starts, and comes alive by itself', async () => {
    rig.running = undefined;
    const { page } = await open();
    await page.getByText('Darkroom is starting').waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).isDisabled()).toBe(true);

    rig.running = rig.stack;
    await page.getByText('No uploads yet.').waitFor();
    expect(await page.locator('#status').textContent()).toBe('Running');
    await page.getByRole('button', { name: 'Connect' }).click();
    const connect = page.locator('#connect');
    await connect.waitFor();
    await connect.getByText(rig.stack.processedBucket).waitFor();
    expect(await connect.textContent()).toContain(rig.stack.sourceBucket);
    expect(await connect.textContent()).toContain(
      `curl -T photo.jpg ${rig.stack.endpoint}/${rig.stack.sourceBucket}/uploads/photo.jpg`,
    );
    expect(await violations(page)).toEqual([]);
  });

  test('uploads what is chosen and shows the variants as pictures', async () => {
    const { page, card, choose, visit, sending } = await open();
    await page.getByText('No uploads yet.').waitFor();
    await choose(picked('cat.jpg'));
    await sending('uploads/cat.jpg').getByText('Stored').waitFor();
    await visit('Uploads');
    await sending('uploads/cat.jpg').waitFor({ state: 'detached' });
    await card('uploads/cat.jpg').getByText('Waiting').waitFor();

    await rig.handler.develop('uploads/cat.jpg');
    await card('uploads/cat.jpg').getByText('Done', { exact: true }).waitFor();
    await card('uploads/cat.jpg').click();
    await page.locator('.variants img.loaded').nth(4).waitFor();
    const widths = await page.evaluate<number[]>(
      "Array.from(document.querySelectorAll('.variants img.loaded'), (image) => image.naturalWidth)",
    );
    expect(widths.toSorted((a, b) => a - b)).toEqual([200, 320, 320, 640, 640]);
    const text = await page.locator('main').innerText();
    expect(text).toContain('JPEG · 900 × 600');
    expect(text).toContain('WebP · 200 × 200');
    expect(text).toMatch(/5 variants, .* of the original/);
  });

  test('compares the source with a variant, and every state of the comparison has an address', async () => {
    await develop('uploads/cat.jpg');
    rig.recent.add(JSON.stringify({ message: 'done', key: 'uploads/cat.jpg', duration: 412 }));
    const { page, story } = await open();
    await story('uploads/cat.jpg');
    const slider = page.getByRole('slider', { name: 'Between source and w640-webp' });
    await slider.waitFor();
    await page.getByLabel('Right').selectOption('w320-jpeg');
    await page.getByRole('button', { name: '100 %' }).click();
    expect(page.url()).toContain('right=w320-jpeg');
    expect(page.url()).toContain('size=100');
    await page.reload();
    const again = page.getByRole('slider', { name: 'Between source and w320-jpeg' });
    await again.fill('20');
    expect(await again.getAttribute('aria-valuetext')).toBe('20 % source');
    expect(await page.evaluate("document.querySelector('.layers').clientWidth")).toBe(320);
    const text = await page.locator('main').innerText();
    expect(text).toContain('412 ms');
    expect(text).toContain('<source type="image/webp"');
    expect(await violations(page)).toEqual([]);
  });

  test('shows the pages of a document that no browser shows, and opens its PDF', async () => {
    await rig.upload('uploads/sky.fits', 'SIMPLE');
    await rig.handler.developDocument('uploads/sky.fits');
    const { page } = await open('/upload?key=uploads%2Fsky.fits');
    const pictures = page.getByRole('group', { name: 'Pictures' });
    await pictures.getByRole('img', { name: 'page-p2' }).waitFor();
    expect(await pictures.locator('img').count()).toBe(1);
    expect(await pictures.getByRole('slider').count()).toBe(0);
    expect(await page.getByLabel('Left').locator('option').allTextContents()).toEqual([
      ...['page-p1', 'page-p2'],
    ]);
    const variants = page.locator('.variants li');
    await page.waitForFunction(`document.querySelectorAll('.variants img.loaded').length === 2`);
    expect(await variants.locator('.frame').allTextContents()).toEqual([
      ...['', '', 'TIFF', 'PDF of document'],
    ]);
    await variants.getByText('PDF · 2 pages').waitFor();
    await page.getByText('FITS · 400 × 300 · 2 pages').waitFor();
    await page.getByRole('img', { name: 'Histogram from 0 to 400, logarithmic' }).waitFor();
    expect(await page.getByText('<picture>').textContent()).not.toContain('page-p2');
    const href = await page.getByRole('link', { name: 'PDF of document' }).getAttribute('href');
    const pdf = await fetch(new URL(href ?? '', rig.api.url));
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Left').selectOption('page-p1');
    await pictures.getByRole('slider', { name: 'Between page-p1 and page-p2' }).waitFor();
  });

  test('measures an upload: similarity to the source, EXIF, the plan and the cost', async () => {
    photo = await sharp(photo)
      .withExif({ IFD2: { ExposureTime: '1/125', FNumber: '28/10' } })
      .toBuffer();
    await develop('uploads/cat.jpg');
    const { page, story } = await open();
    await story('uploads/cat.jpg');
    await page.getByText('Quality, EXIF, plan and cost').click();
    const row = page.locator('.measured [data-variant=w640]');
    await row.getByText(/^(1\.000|0\.9\d\d)$/).waitFor();
    await page.getByText('for a million such uploads').waitFor();
    expect(await page.locator('.plan').innerText()).toContain('recipe photos');
    await page.getByText('1/125 s · f/2.8').waitFor();
    await page.getByText('The original names none.').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('sends every name as it is', async () => {
    const names = [
      'my cat.jpg',
      '50%+1&2=3.jpg',
      'a"b\'c.jpg',
      'котик 🐈.jpg',
      '%2e%2e.jpg',
      '#?;.jpg',
    ];
    const { page, choose, story } = await open();
    await page.getByText('No uploads yet.').waitFor();
    await choose(...names.map((name) => picked(name)));
    await page
      .locator('.tray [data-state=stored]')
      .nth(names.length - 1)
      .waitFor();
    expect((await keysOf(rig.stack.sourceBucket)).toSorted()).toEqual(
      names.map((name) => `uploads/${name}`).toSorted(),
    );
    await story('uploads/50%+1&2=3.jpg');
    await page.getByRole('heading', { name: '50%+1&2=3.jpg' }).waitFor();
  });

  test('keeps both of two files with one name, and one that another program has just uploaded', async () => {
    const { page, sending, choose } = await open();
    await page.getByText('No uploads yet.').waitFor();
    await rig.upload('uploads/cat.jpg', 'first, by another program');
    await choose(picked('cat.jpg', Buffer.from('second')), picked('cat.jpg', Buffer.from('third')));
    await page.locator('.tray [data-state=stored]').nth(1).waitFor();
    await sending('uploads/cat-2.jpg').getByText('kept next to the upload').waitFor();
    await sending('uploads/cat-3.jpg').getByText('kept next to the upload').waitFor();

    const { Body } = await rig.s3.send(
      new GetObjectCommand({ Bucket: rig.stack.sourceBucket, Key: 'uploads/cat.jpg' }),
    );
    expect(await Body?.transformToString()).toBe('first, by another program');
    expect(await keysOf(rig.stack.sourceBucket)).toHaveLength(3);
  });

  test('takes a folder with its paths, without hidden files', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'folder-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const name of ['cat.jpg', '.DS_Store']) await writeFile(path.join(folder, name), 'x');
    const { page } = await open();
    await page.getByText('No uploads yet.').waitFor();
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'A folder' }).click();
    await (await chosen).setFiles(folder);
    await page.locator('.tray [data-state=stored]').waitFor();
    expect(await keysOf(rig.stack.sourceBucket)).toEqual([
      `uploads/${path.basename(folder)}/cat.jpg`,
    ]);
  });

  test('takes files that are dropped anywhere on it', async () => {
    const { page, sending } = await open();
    await page.getByText('No uploads yet.').waitFor();
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'dropped.jpg', { type: 'image/jpeg' }));
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }),
      );
    }`);
    await sending('uploads/dropped.jpg').getByText('Stored').waitFor();
    expect(await keysOf(rig.stack.sourceBucket)).toEqual(['uploads/dropped.jpg']);
  });

  test('tells a story with the keyboard alone: upload, find, select, open, compare, remove', async () => {
    await develop('uploads/a.jpg', 'uploads/b.jpg');
    const { page, sending, card } = await open();
    await page.getByRole('link', { name: 'uploads/b.jpg, Done' }).waitFor();
    const focused = () =>
      page.evaluate<string>(
        'document.activeElement.id || document.activeElement.ariaLabel || document.activeElement.textContent',
      );
    const tabTo = async (isThere: (name: string) => boolean, key = 'Tab') => {
      for (let tabs = 0; tabs < 40; tabs += 1) {
        await page.keyboard.press(key);
        if (isThere(await focused())) return;
      }
      expect.fail('The tab key does not reach it');
    };
    // Register the event before the key: otherwise the browser opens its own dialog.
    const chosen = page.waitForEvent('filechooser');
    await tabTo((name) => name === 'choose');
    await page.keyboard.press('Enter');
    await (await chosen).setFiles([picked('keys.jpg')]);
    await sending('uploads/keys.jpg').getByText('Stored').waitFor();
    await rig.handler.develop('uploads/keys.jpg');

    await page.reload();
    await page.locator('#status').getByText('Running').waitFor();
    await tabTo((name) => name.startsWith('Uploads'));
    await page.keyboard.press('Enter');
    await card('uploads/keys.jpg').getByText('Done', { exact: true }).waitFor();
    await tabTo((name) => name.startsWith('upload-'));
    expect(await card('uploads/keys.jpg').getAttribute('tabindex')).toBe('0');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.getByText('1 upload selected').waitFor();
    const last = await page.locator('[role=option]').nth(2).getAttribute('data-key');
    expect(await card(last ?? '').getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    const slider = page.getByRole('slider');
    await slider.waitFor();
    await tabTo((name) => name.startsWith('Between'));
    await page.keyboard.press('ArrowLeft');
    expect(await slider.inputValue()).toBe('49');

    await tabTo((name) => name === 'Remove…', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    // The dialog takes the focus one frame after it appears.
    await page.locator('[role=alertdialog]:focus, [role=alertdialog] :focus').waitFor();
    await tabTo((name) => name === 'Remove');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/upload\?key=uploads%2F[ab]\.jpg/);
    expect(await keysOf(rig.stack.sourceBucket)).toEqual(['uploads/a.jpg', 'uploads/b.jpg']);
  });

  test('keeps the focus on an upload when others arrive above it', async () => {
    await develop('uploads/focused.jpg');
    const { page, card } = await open('/uploads');
    await card('uploads/focused.jpg').getByText('Done', { exact: true }).waitFor();
    await card('uploads/focused.jpg').focus();
    await rig.upload('uploads/above.jpg', photo);
    await card('uploads/above.jpg').waitFor();
    await card('uploads/focused.jpg').and(page.locator(':focus')).waitFor();
    expect(await card('uploads/focused.jpg').getAttribute('tabindex')).toBe('0');
    expect(await card('uploads/above.jpg').getAttribute('tabindex')).toBe('-1');
    await page.keyboard.press('Space');
    await page.getByText('1 upload selected').waitFor();
    expect(await card('uploads/focused.jpg').getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/upload?key=uploads%2Ffocused.jpg');
  });

  test('says in plain words why an upload was rejected, and never takes a name or message for markup', async () => {
    const markup = '<img src=x onerror=alert(1)>';
    const { page, choose, story } = await open();
    await page.getByText('No uploads yet.').waitFor();
    await choose(picked(`${markup}.jpg`, Buffer.from('text')), picked('step.jpg'));
    await page.locator('.tray [data-state=stored]').nth(1).waitFor();
    await rig.handler.reject(`uploads/${markup}.jpg`, 'UNSUPPORTED_FORMAT', `found ${markup}`);
    await rig.handler.reject('uploads/step.jpg', 'TRANSFORM_FAILED', 'step 1 failed', true);

    await story(`uploads/${markup}.jpg`);
    await page.getByText('This is not an image that the recipe takes').waitFor();
    await page.getByText('The same file will not succeed').waitFor();
    expect(await page.locator('main').innerText()).toContain(`found ${markup}`);
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(await violations(page)).toEqual([]);

    await story('uploads/step.jpg');
    await page.getByText('may still succeed').waitFor();
    // The page follows an upload that a corrected recipe can fix.
    await rig.handler.develop('uploads/step.jpg', []);
    await page.locator('.title').getByText('Done', { exact: true }).first().waitFor();
  });

  test('shows what other programs upload, overwrite and remove', async () => {
    await rig.upload('uploads/before.jpg', photo);
    await rig.handler.develop('uploads/before.jpg', []);
    await rig.upload('elsewhere/report.pdf', 'no photo');
    const { page, card } = await open('/uploads');
    await card('uploads/before.jpg').getByText('Done', { exact: true }).waitFor();
    await card('elsewhere/report.pdf').getByText('No recipe').waitFor();

    await rig.upload('uploads/before.jpg', 'overwritten');
    await card('uploads/before.jpg').getByText('Waiting').waitFor();
    rig.index.processing('uploads/before.jpg', true);
    await card('uploads/before.jpg').getByText('Processing').waitFor();
    rig.index.processing('uploads/before.jpg', false);
    await rig.handler.reject('uploads/before.jpg', 'CORRUPT_IMAGE', 'ends early');
    await card('uploads/before.jpg').getByText('Rejected').waitFor();
    expect(await violations(page)).toEqual([]);

    await rig.s3.send(
      new DeleteObjectCommand({ Bucket: rig.stack.sourceBucket, Key: 'uploads/before.jpg' }),
    );
    await card('uploads/before.jpg').waitFor({ state: 'detached' });
    expect(await card('elsewhere/report.pdf').count()).toBe(1);
  });

  test('finds uploads by key, state and code, and steps from one to the next', async () => {
    await develop('uploads/cat.jpg', 'uploads/dog.jpg', 'uploads/2026/catfish.jpg');
    await rig.upload('uploads/bad-cat.jpg', 'text');
    await rig.handler.reject('uploads/bad-cat.jpg', 'UNSUPPORTED_FORMAT', 'found text');
    const { page, card } = await open('/uploads');
    await page.getByRole('button', { name: 'Done 3' }).waitFor();
    await page.getByRole('searchbox').fill('CAT');
    await page.getByText('3 of 4').waitFor();
    expect(await card('uploads/dog.jpg').count()).toBe(0);
    await page.getByRole('button', { name: 'Done 3' }).click();
    await page.getByText('2 of 4').waitFor();
    expect(page.url()).toContain('search=CAT');
    await card('uploads/cat.jpg').click();
    await page.getByText('of 2', { exact: false }).first().waitFor();
    const other = page.getByRole('link', { name: /^(Next|Previous)$/ });
    await other.click();
    await page.getByRole('heading', { name: 'uploads/2026/catfish.jpg' }).waitFor();
    await page.goto(`${rig.api.url}/uploads?code=UNSUPPORTED_FORMAT`);
    await card('uploads/bad-cat.jpg').waitFor();
    expect(await page.locator('[role=option]').count()).toBe(1);
  });

  test('retries and removes what is selected', async () => {
    await develop('uploads/a.jpg', 'uploads/b.jpg', 'uploads/c.jpg');
    const { page, card } = await open('/uploads');
    await card('uploads/c.jpg').getByText('Done', { exact: true }).waitFor();
    await card('uploads/a.jpg').locator('.check').click();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('1 upload sent to the queue').waitFor();
    await card('uploads/a.jpg').getByText('Waiting').waitFor();
    expect(rig.aws.oldestMessage(rig.stack.queueUrl)).toBeGreaterThan(0);

    await card('uploads/b.jpg').locator('.check').click();
    await card('uploads/c.jpg').locator('.check').click();
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('alertdialog').getByText('Remove 2 uploads?').waitFor();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('2 uploads removed').waitFor();
    await card('uploads/b.jpg').waitFor({ state: 'detached' });
    expect(await keysOf(rig.stack.sourceBucket)).toEqual(['uploads/a.jpg']);
    expect(await keysOf(rig.stack.processedBucket)).not.toContain('uploads/c.jpg/manifest.json');
  });

  test('redrives dead letters by code, after a dry run', async () => {
    const { sqs, stack } = rig;
    const deadLetter = (key: string, code: string) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: stack.deadLetterQueueUrl,
          MessageBody: formatMessage({ bucket: stack.sourceBucket, key }),
          MessageAttributes: { errorCode: { DataType: 'String', StringValue: code } },
        }),
      );
    await deadLetter('uploads/a.jpg', 'TRANSFORM_FAILED');
    await deadLetter('uploads/b.jpg', 'INTERNAL');
    await deadLetter('uploads/c.jpg', 'INTERNAL');
    await rig.upload('uploads/bad.jpg', 'text');
    await rig.handler.reject('uploads/bad.jpg', 'UNSUPPORTED_FORMAT', 'found text');
    const { page } = await open('/problems');
    await page.getByText('This is not an image that the recipe takes').waitFor();
    await page.getByText('1 in the last 24 hours').waitFor();
    await page.locator('.bars canvas').waitFor();
    await page.getByLabel('Over time').selectOption('last hour');
    await page.getByText('1 in the last hour').waitFor();
    expect(page.url()).toContain('span=hour');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('3 dead letters would move').waitFor();
    await page.getByText(/^1 sent since/).waitFor();
    await page.getByText(/^2 sent since/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('checkbox', { name: 'TRANSFORM_FAILED' }).check();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('1 dead letter would move').waitFor();
    await page.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Redrive' }).click();
    await page.getByText('1 dead letter moved to the queue').waitFor();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: stack.queueUrl, WaitTimeSeconds: 20 }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual([
      formatMessage({ bucket: stack.sourceBucket, key: 'uploads/a.jpg' }),
    ]);

    // One message of several with the same code.
    await page.getByRole('checkbox', { name: 'TRANSFORM_FAILED' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('2 messages', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'uploads/c.jpg' }).check();
    await page.getByText('1 selected').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Redrive…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Redrive' }).click();
    await page.getByText('1 dead letter moved to the queue').waitFor();
    const moved = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: stack.queueUrl, WaitTimeSeconds: 20 }),
    );
    expect(moved.Messages?.map(({ Body }) => Body)).toEqual([
      formatMessage({ bucket: stack.sourceBucket, key: 'uploads/c.jpg' }),
    ]);
  });

  test('shows what the current recipe changes, side by side, and applies it with a pause', async () => {
    await develop('uploads/current.jpg');
    await rig.upload('uploads/old.jpg', photo);
    await rig.handler.develop('uploads/old.jpg', [320], 'hash of an earlier recipe');
    for (let index = 0; index < 30; index++) await rig.upload(`uploads/${index}.jpg`, photo);
    const { page, visit } = await open();
    await visit('Changes');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const kind = (name: string) => page.locator(`[data-kind=${name}]`);
    await kind('recipe-changed').getByRole('cell', { name: '1', exact: true }).first().waitFor();
    await kind('missing').getByRole('cell', { name: '30', exact: true }).waitFor();
    await page.getByText('1 up to date').waitFor();

    await page.getByRole('button', { name: 'Side by side uploads/old.jpg' }).click();
    const pictures = page.locator('[data-variant=thumb] img');
    await page.locator('[data-variant=w320] img').waitFor();
    expect(await pictures.count()).toBe(2);
    expect(page.url()).toContain('example=uploads%2Fold.jpg');
    expect(await violations(page)).toEqual([]);

    await page.getByRole('checkbox', { name: 'Missing' }).uncheck();
    await page.getByRole('button', { name: 'Apply…' }).click();
    await page.getByText('Process 1 upload again?').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('checkbox', { name: 'Missing' }).check();
    await page.getByLabel('Per second').fill('1');
    await page.getByRole('button', { name: 'Apply…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Apply' }).click();
    const sent = async () => parseInt(await page.locator('.run [role=status]').innerText()) || 0;
    const soon = { timeout: 300_000 };
    await expect.poll(sent, soon).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('heading', { name: 'Paused' }).waitFor();
    const before = await sent();
    expect(before).toBeLessThan(31);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await expect.poll(sent, soon).toBeGreaterThan(before);
  });

  test('of a deployed stack has no actions, and counts what is listed', async () => {
    await rig.stop();
    rig = await startConsoleRig({ stack: 'prod', deployed: true }, {}, false);
    await develop('uploads/cat.jpg');
    const { page, card, visit, story } = await open();
    await page.getByRole('heading', { name: 'prod' }).waitFor();
    await page.getByText('Read-only').first().waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await visit('Uploads');
    await page.getByText('1 upload listed').waitFor();
    await card('uploads/cat.jpg').locator('.check').click();
    await page.getByText('1 upload selected').waitFor();
    expect(await page.getByRole('button', { name: /Retry|Remove/ }).count()).toBe(0);
    await story('uploads/cat.jpg');
    await page.getByRole('heading', { name: 'Variants' }).waitFor();
    expect(await page.getByRole('button', { name: /Retry|Remove/ }).count()).toBe(0);
    await visit('Problems');
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    expect(await page.getByRole('button', { name: 'Redrive…' }).count()).toBe(0);
  });

  test('shows what a saved stack file leads to', async () => {
    const { page } = await open();
    await page.getByText('No uploads yet.').waitFor();
    rig.change = { at: Date.now(), status: 'failed', message: 'steps[0]: unknown transform' };
    await page.getByText('steps[0]: unknown transform').waitFor();
    expect(await violations(page)).toEqual([]);
    rig.change = { at: Date.now(), status: 'applied', message: 'recipe photos changes' };
    await page.getByText('The stack file is applied: recipe photos changes').waitFor();
    expect(await page.getByText('unknown transform').count()).toBe(0);
  });

  test('tries a recipe with the real engine, and writes it into the stack file', async () => {
    await rig.stop();
    const folder = await mkdtemp(path.join(tmpdir(), 'playground-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const stackFile = path.join(folder, 'Pulumi.local.yaml');
    const recipe = (width: number) =>
      `name: photos\nmatch: { prefix: uploads/ }\nvariants:\n  - name: small # in lists\n    steps: [{ resize: { width: ${width} } }, { encode: webp }]\n`;
    const file = (width: number) =>
      `# The stack\nconfig:\n  darkroom:pipeline:\n    recipes:\n      # Holidays\n      - ${recipe(width).trim().replaceAll('\n', '\n        ')}\n    function: { memory: 1024 }\n`;
    await writeFile(stackFile, file(300));
    rig = await startConsoleRig({}, { stackFile });
    await rig.upload('uploads/cat.jpg', photo);

    const { page, visit } = await open();
    await visit('Playground');
    const small = page.locator('[data-variant=small]');
    await small.locator('img.loaded').waitFor();
    await small.getByText('webp · 300 × 200').waitFor();
    expect(await violations(page)).toEqual([]);

    const editor = page.getByRole('textbox', { name: 'Recipe, YAML' });
    await replace(editor, `${recipe(120)}  - name: grey\n    steps: [grayscale]\n`);
    await small.getByText('webp · 120 × 80').waitFor();
    await small.getByText('−').waitFor();
    await page.locator('[data-variant=grey]').getByText('new').waitFor();
    await page.getByText('Per million uploads').waitFor();

    await replace(editor, recipe(120).replace('resize', 'rezise'));
    await page.getByText('Line 5: unknown transform "rezise"').waitFor();
    expect(await violations(page)).toEqual([]);
    await replace(editor, recipe(150));
    await small.getByText('webp · 150 × 100').waitFor();
    await page.getByRole('button', { name: 'Use it here…' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Use it here' }).click();
    await page.getByText('Pulumi.local.yaml is written').waitFor();
    expect(await readFile(stackFile, 'utf8')).toBe(file(150));

    await page.setInputFiles('#photo', [picked('mine.jpg', await wide())]);
    await small.getByText('webp · 150 × 50').waitFor();
    await page
      .getByLabel('Begin with')
      .selectOption({ label: 'Avatars: square faces in two sizes, without animation' });
    await page.locator('[data-variant=large]').getByText('webp · 384 × 384').waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('The stack file is copied').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toContain('- name: avatars');
    expect(copied).toContain('# Holidays');
  });

  test('completes options and documents them', async () => {
    const { page } = await open('/playground?recipe=gallery:hdr');
    const editor = page.getByRole('textbox', { name: 'Recipe, YAML' });
    await replace(editor, 'name: a\nallOrN');
    await editor.press('Control+Space');
    await page.getByRole('option', { name: 'allOrNothing' }).waitFor();
    await editor.press('Escape');
    await replace(editor, 'effort: fast');
    await page.getByText('effort', { exact: true }).first().hover();
    await page.getByText('default "balanced"').waitFor();
  });

  test('has a bounded number of rows with 100,000 uploads, and reaches the last one', async () => {
    const total = 100_000;
    const { page } = await open();
    await page.route('**/api/uploads?*', async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const offset = Number(query.get('offset'));
      const uploads = Array.from({ length: Math.min(100, total - offset) }, (_, index) => ({
        ...{ key: `uploads/${offset + index}.jpg`, bytes: 1000, eTag: 'e', modified: 0 },
        ...{ state: 'done', recipe: 'photos', outputs: 0, outputBytes: 0 },
      }));
      const counts = {
        listed: total,
        complete: true,
        states: {},
        codes: {},
        recipes: {},
        formats: {},
      };
      await route.fulfill({ json: { total, uploads, counts } });
    });
    await page.goto(`${rig.api.url}/uploads`);
    await page.locator('[data-key="uploads/0.jpg"]').waitFor();
    await page.locator('[data-key="uploads/0.jpg"]').focus();
    await page.keyboard.press('End');
    await page.locator('[data-key="uploads/99999.jpg"]').waitFor();
    expect(await page.locator('[data-key="uploads/0.jpg"]').count()).toBe(0);
    expect(await page.locator('[role=option]').count()).toBeLessThan(80);
    expect(await page.evaluate('document.activeElement.ariaPosInSet')).toBe('100000');
  });

  test('fits on a phone: from the overview to an upload without sideways scrolling', async () => {
    await develop('uploads/cat.jpg');
    const phone = await openBrowser(chromium ?? '', { width: 390, height: 844 });
    try {
      const { page, card, visit } = await openConsole(phone, rig, faults);
      const isNarrow = () =>
        page.evaluate(
          'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
        );
      await page.getByRole('link', { name: 'uploads/cat.jpg, Done' }).waitFor();
      expect(await isNarrow()).toBe(true);
      expect(await violations(page)).toEqual([]);
      await visit('Uploads');
      await card('uploads/cat.jpg').getByText('Done', { exact: true }).waitFor();
      expect(await isNarrow()).toBe(true);
      await card('uploads/cat.jpg').click();
      await page.locator('.variants img.loaded').nth(4).waitFor();
      expect(await isNarrow()).toBe(true);
      expect(await violations(page)).toEqual([]);
    } finally {
      await phone.close();
    }
  });

  test('is legible in the dark', async () => {
    await develop('uploads/cat.jpg');
    await rig.upload('uploads/bad.jpg', 'text');
    await rig.handler.reject('uploads/bad.jpg', 'UNSUPPORTED_FORMAT', 'found text');
    const dark = await openBrowser(chromium ?? '', { colorScheme: 'dark' });
    try {
      const { page, visit, story } = await openConsole(dark, rig, faults);
      await page.getByRole('link', { name: 'uploads/cat.jpg, Done' }).waitFor();
      expect(await violations(page)).toEqual([]);
      for (const view of ['Uploads', 'Playground', 'Changes', 'Problems'] as const) {
        await visit(view);
        await page.getByRole('heading', { name: view, level: 1 }).waitFor();
        expect(await violations(page)).toEqual([]);
      }
      for (const key of ['uploads/cat.jpg', 'uploads/bad.jpg']) {
        await story(key);
        await page.getByRole('heading', { name: 'Facts' }).waitFor();
        expect(await violations(page)).toEqual([]);
      }
    } finally {
      await dark.close();
    }
  });

  test('says what to do when the endpoint is gone', async () => {
    const { page, sending, choose } = await open();
    await page.getByText('No uploads yet.').waitFor();
    await rig.aws.stop();
    await page.locator('.banner').getByText('does not answer').waitFor();
    await choose(picked('late.jpg'));
    await sending('uploads/late.jpg').getByText('Is "npm start" still running').waitFor();
    await sending('uploads/late.jpg').getByRole('button', { name: 'Try again' }).waitFor();
  });
});

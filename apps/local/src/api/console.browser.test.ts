import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, openBrowser, type Browser } from './testing/chromium.ts';
import { openConsole, type PickedFile } from './testing/console-page.ts';
import { startConsoleRig, type ConsoleRig } from './testing/console-rig.ts';

const chromium = findChromium();
/** Visible in the report: without a browser nothing of this is known. */
const title = chromium
  ? 'the console in Chromium'
  : 'the console: NOT TESTED, no Chromium found on the PATH or in DARKROOM_CHROMIUM';

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

  const open = () => openConsole(browser, rig, faults);

  function picked(name: string, buffer: Buffer = photo): PickedFile {
    return { name, mimeType: 'image/jpeg', buffer };
  }

  async function keysOf(bucket: string): Promise<string[]> {
    const { Contents = [] } = await rig.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key ?? '');
  }

  test('says that it starts, and comes alive by itself', async () => {
    rig.running = undefined;
    const { page } = await open();
    await page.getByText('Darkroom is starting').waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).isDisabled()).toBe(true);

    rig.running = rig.stack;
    await page.getByText('Nothing in the tray yet.').waitFor();
    expect(await page.locator('#status').textContent()).toBe('Running');
    expect(await page.locator('#facts').textContent()).toContain(rig.stack.sourceBucket);
    expect(await page.locator('#commands').textContent()).toContain(
      `curl -T photo.jpg ${rig.stack.endpoint}/${rig.stack.sourceBucket}/uploads/photo.jpg`,
    );
  });

  test('uploads what is chosen and shows the variants as pictures', async () => {
    const { page, card, choose } = await open();
    await choose(picked('cat.jpg'));
    await card('uploads/cat.jpg').getByText('Developing').waitFor();

    await rig.handler.develop('uploads/cat.jpg');
    await card('uploads/cat.jpg').getByText('Done', { exact: true }).waitFor();
    await page.locator('.frame.loaded').nth(4).waitFor();
    const widths = await page.evaluate<number[]>(
      "Array.from(document.querySelectorAll('.frame.loaded img'), (image) => image.naturalWidth)",
    );
    expect(widths.toSorted((a, b) => a - b)).toEqual([200, 320, 320, 640, 640]);
    const text = await card('uploads/cat.jpg').innerText();
    expect(text).toContain('JPEG · 900 × 600');
    expect(text).toContain('WebP · 200 × 200');
    expect(text).toMatch(/5 variants, .* of the original · \d+\.\d s after the upload/);
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
    const { page, choose } = await open();
    await choose(...names.map((name) => picked(name)));
    await page
      .locator('[data-state=developing]')
      .nth(names.length - 1)
      .waitFor();
    expect((await keysOf(rig.stack.sourceBucket)).toSorted()).toEqual(
      names.map((name) => `uploads/${name}`).toSorted(),
    );
  });

  test('keeps both of two files with one name, and one that another program has just uploaded', async () => {
    const { page, card, choose } = await open();
    // The bucket has just been listed: the page cannot know of what comes next.
    await page.getByText('Nothing in the tray yet.').waitFor();
    await rig.upload('uploads/cat.jpg', 'first, by another program');
    await choose(picked('cat.jpg', Buffer.from('second')), picked('cat.jpg', Buffer.from('third')));
    await card('uploads/cat-2.jpg').getByText('kept beside the one that has its name').waitFor();
    await card('uploads/cat-2.jpg').getByText('Developing').waitFor();
    await card('uploads/cat-3.jpg').getByText('Developing').waitFor();

    const { Body } = await rig.s3.send(
      new GetObjectCommand({ Bucket: rig.stack.sourceBucket, Key: 'uploads/cat.jpg' }),
    );
    expect(await Body?.transformToString()).toBe('first, by another program');
    expect(await keysOf(rig.stack.sourceBucket)).toHaveLength(3);
  });

  test('takes files that are dropped anywhere on it', async () => {
    const { page, card } = await open();
    await page.getByText('Nothing in the tray yet.').waitFor();
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['x'], 'dropped.jpg', { type: 'image/jpeg' }));
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }),
      );
    }`);
    await card('uploads/dropped.jpg').getByText('Developing').waitFor();
  });

  test('can be used with the keyboard alone', async () => {
    const { page, card } = await open();
    await page.getByText('Nothing in the tray yet.').waitFor();
    // Register the event before the click: otherwise the browser opens its own dialog.
    const chosen = page.waitForEvent('filechooser');
    for (let tabs = 0; tabs < 10; tabs += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.id')) === 'choose') break;
    }
    await page.keyboard.press('Enter');
    const chooser = await chosen;
    await chooser.setFiles([picked('keys.jpg')]);
    await card('uploads/keys.jpg').getByText('Developing').waitFor();
  });

  test('says in plain words why an upload was rejected, and never takes a name or message for markup', async () => {
    const markup = '<img src=x onerror=alert(1)>';
    const { page, card, choose } = await open();
    await choose(picked(`${markup}.jpg`, Buffer.from('text')), picked('step.jpg'));
    await page.locator('[data-state=developing]').nth(1).waitFor();
    await rig.handler.reject(`uploads/${markup}.jpg`, 'UNSUPPORTED_FORMAT', `found ${markup}`);
    await rig.handler.reject('uploads/step.jpg', 'TRANSFORM_FAILED', 'step 1 failed', true);

    const odd = card(`uploads/${markup}.jpg`);
    await odd.getByText('This is not an image that the recipe takes').waitFor();
    await odd.getByText('The same file will not succeed').waitFor();
    expect(await odd.innerText()).toContain(`found ${markup}`);
    expect(await page.locator('img[src=x]').count()).toBe(0);

    await card('uploads/step.jpg').getByText('may still succeed').waitFor();
    // The page keeps following a rejection that a corrected recipe can fix.
    await rig.handler.develop('uploads/step.jpg', []);
    await card('uploads/step.jpg').getByText('Done', { exact: true }).waitFor();
  });

  test('shows what other programs upload, overwrite and remove', async () => {
    await rig.upload('uploads/before.jpg', photo);
    await rig.handler.develop('uploads/before.jpg', []);
    await rig.upload('elsewhere/report.pdf', 'no photo');
    const { card } = await open();
    await card('uploads/before.jpg').getByText('Done', { exact: true }).waitFor();
    await card('elsewhere/report.pdf').getByText('No recipe is for this key').waitFor();

    await rig.upload('uploads/before.jpg', 'overwritten');
    await card('uploads/before.jpg').getByText('Developing').waitFor();
    await rig.handler.reject('uploads/before.jpg', 'CORRUPT_IMAGE', 'ends early');
    await card('uploads/before.jpg').getByText('Rejected').waitFor();

    await rig.s3.send(
      new DeleteObjectCommand({ Bucket: rig.stack.sourceBucket, Key: 'uploads/before.jpg' }),
    );
    await card('uploads/before.jpg').waitFor({ state: 'detached' });
    expect(await card('elsewhere/report.pdf').count()).toBe(1);
  });

  test('says what to do when the endpoint is gone', async () => {
    const { page, card, choose } = await open();
    await page.getByText('Nothing in the tray yet.').waitFor();
    await rig.aws.stop();
    await page.locator('#banner').getByText('does not answer').waitFor();
    await choose(picked('late.jpg'));
    await card('uploads/late.jpg').getByText('Is "npm start" still running').waitFor();
    await card('uploads/late.jpg').getByRole('button', { name: 'Try again' }).waitFor();
  });
});

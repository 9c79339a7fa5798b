import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { findChromium, openBrowser, type Browser } from './chromium.ts';
import { openConsole, type PickedFile } from './console-page.ts';
import { startConsoleRig, type ConsoleRig } from './console-rig.ts';

const chromium = findChromium();

/** What the tests of a view share. Each test gets new buckets. */
export class ConsoleTests {
  rig!: ConsoleRig;
  browser!: Browser;
  /** A JPEG of 900 × 600 pixels. */
  photo!: Buffer;
  /** What pages must not do; a test that ends with one fails. */
  faults: string[] = [];

  readonly open = (address = '/') => openConsole(this.browser, this.rig, this.faults, address);

  readonly openBrowser = (options: Parameters<typeof openBrowser>[1]) =>
    openBrowser(chromium ?? '', options);

  /** Starts the console again with other options. */
  readonly restart = async (...options: Parameters<typeof startConsoleRig>) => {
    await this.rig.stop();
    this.rig = await startConsoleRig(...options);
  };

  readonly picked = (name: string, buffer = this.photo): PickedFile => ({
    ...{ name, mimeType: 'image/jpeg', buffer },
  });

  /** Uploads the photo under these keys, and makes their outputs. */
  readonly develop = async (...keys: string[]) => {
    for (const key of keys) {
      await this.rig.upload(key, this.photo);
      await this.rig.handler.develop(key);
    }
  };

  readonly keysOf = async (bucket: string): Promise<string[]> => {
    const { Contents = [] } = await this.rig.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key ?? '');
  };

  readonly remove = (key: string) =>
    this.rig.s3.send(new DeleteObjectCommand({ Bucket: this.rig.stack.sourceBucket, Key: key }));
}

/** Visible in the report: without a browser nothing of a view is known. */
export function describeConsole(what: string, tests: (here: ConsoleTests) => void): void {
  const title = chromium
    ? `the console in Chromium: ${what}`
    : `the console: ${what}: NOT TESTED, no Chromium found on the PATH or in DARKROOM_CHROMIUM`;
  const here = new ConsoleTests();
  describe.skipIf(!chromium)(title, () => {
    beforeAll(async () => {
      here.browser = await openBrowser(chromium ?? '');
      here.photo = await sharp({
        create: { width: 900, height: 600, channels: 3, background: '#7a5c40' },
      })
        .jpeg()
        .toBuffer();
    });
    afterAll(() => here.browser?.close());

    beforeEach(async () => {
      here.rig = await startConsoleRig();
      here.faults = [];
    });
    afterEach(async () => {
      await Promise.all(here.browser.context.pages().map((page) => page.close()));
      await here.rig.stop();
      expect(here.faults).toEqual([]);
    });

    tests(here);
  });
}

/** What axe reports about the page. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

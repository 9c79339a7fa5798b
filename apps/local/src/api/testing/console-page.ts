import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from './chromium.ts';
import { CONSOLE_DIR, type ConsoleRig } from './console-rig.ts';

/** How long a test waits for the page to show something, milliseconds: it ends only a test that hangs. */
const PATIENCE_MS = 300_000;

/** A file as the picker hands it over. */
export interface PickedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/**
 * Opens the console in a new tab.
 * @param faults collects what a page must not do: errors of its scripts and breaches of its security policy
 * @param address of the view
 */
export async function openConsole(
  browser: Browser,
  { api }: Pick<ConsoleRig, 'api'>,
  faults: string[],
  address = '/',
) {
  if (!existsSync(path.join(CONSOLE_DIR, 'index.html')))
    throw new Error('The console is not built: run `npx nx build console` first');
  const page = await browser.context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(api.url + address);
  return {
    page,
    /** In the list of uploads. */
    card: (key: string) => page.locator(`[role=option][data-key=${JSON.stringify(key)}]`),
    /** Of a file on its way to the bucket. */
    sending: (key: string) => page.locator(`.tray [data-key=${JSON.stringify(key)}]`),
    choose: (...files: PickedFile[]) => page.setInputFiles('#picker', files),
    visit: (view: 'Overview' | 'Uploads' | 'Playground' | 'Changes' | 'Problems') =>
      page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view }).click(),
    story: (key: string) => page.goto(`${api.url}/upload?key=${encodeURIComponent(key)}`),
  };
}

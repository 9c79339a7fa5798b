import { once } from 'node:events';
import open from 'open';
import * as z from 'zod';
import { defineCommand, flag, numberOption, option } from '../command.ts';
import { openStack, stackOptions, withDeadLetters } from '../stack.ts';

export const consoleCommand = defineCommand({
  name: 'console',
  summary: 'opens the console of the local stack, or serves that of a deployed one',
  details:
    'For a deployed stack it serves the console on this machine with your AWS credentials, until Ctrl-C. Nothing runs in the cloud for it. Without --write the page only reads. It lists the bucket of the uploads and reads a manifest for each of them, while a page is open. The page has no credentials.',
  arguments: [],
  options: {
    ...stackOptions,
    write: flag('--write', 'the page of a deployed stack may upload, retry, remove and redrive'),
    port: option(
      '--port <port>',
      'of the console of a deployed stack; 0 picks a free one (default: 4401)',
      numberOption(
        'a whole number from 0 to 65535',
        (n) => Number.isInteger(n) && n >= 0 && n <= 65_535,
      ).prefault('4401'),
    ),
    list: option(
      '--list <number>',
      'most uploads to list, or unlimited (default: 100000)',
      numberOption('a number above 0, or unlimited', (n) => n > 0).prefault('100000'),
    ),
    refresh: option(
      '--refresh <seconds>',
      'between two listings while a page is open (default: 60)',
      numberOption('a number of seconds above 0', (n) => n > 0).prefault('60'),
    ),
    print: flag('--print', 'prints the address, and opens nothing'),
  },
  examples: [
    { line: '', what: 'The local console' },
    { line: '--stack prod', what: 'A deployed stack, read-only' },
    { line: '--stack prod --write --list 10000', what: 'With actions, and a shorter listing' },
  ],
  output: z.strictObject({ url: z.string(), writable: z.boolean() }),
  async *run({ terminal, signal }, { print, write, port, list, refresh, ...options }) {
    const stack = await openStack(options);
    const show = async (url: string) => {
      if (!print && terminal.isInteractive) await open(url);
      return url;
    };
    if (stack.consoleUrl !== undefined) {
      yield { url: await show(stack.consoleUrl), writable: true };
      return;
    }
    const { serveConsole } = await import('../serve-console.ts');
    const serve = { port, isWritable: write, most: list, refreshSeconds: refresh };
    const api = await serveConsole(await withDeadLetters(stack), serve);
    try {
      yield { url: await show(api.url), writable: write };
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await api.stop();
    }
  },
  print: ({ url, writable }, terminal) => {
    terminal.line(url);
    if (!writable) terminal.note('The page only reads: --write allows actions. Ctrl-C stops.');
  },
});

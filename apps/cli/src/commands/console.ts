import open from 'open';
import * as z from 'zod';
import { CommandError, defineCommand, flag } from '../command.ts';
import { openStack, stackOptions } from '../stack.ts';

export const consoleCommand = defineCommand({
  name: 'console',
  summary: 'opens the console of the local stack, or the dashboard of a deployed one',
  arguments: [],
  options: { ...stackOptions, print: flag('--print', 'prints the address, and opens nothing') },
  examples: [{ line: '', what: 'The local console' }],
  output: z.strictObject({ url: z.string() }),
  async run({ terminal }, { print, ...options }) {
    const { consoleUrl, dashboardUrl, name } = await openStack(options);
    const url = consoleUrl ?? dashboardUrl;
    if (url === undefined)
      throw new CommandError(`The stack ${name} has no address of a console.`, {
        code: 'NO_CONSOLE',
        remedy: 'Name it with --stack: then its output dashboardUrl is known.',
      });
    if (!print && terminal.isInteractive) await open(url);
    return { url };
  },
  print: ({ url }, terminal) => terminal.line(url),
});

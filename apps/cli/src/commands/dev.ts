import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { CommandError, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathOf } from '../path-of.ts';

const PROGRAM = 'apps/local/src/main.ts';

export const dev = defineCommand({
  name: 'dev',
  summary: 'runs the whole pipeline on this machine, like npm start',
  details:
    'It runs in a checkout of Darkroom with its dependencies installed, or in a folder below it: the local stack needs the Pulumi program, the built function and the built console.',
  arguments: [],
  options: {},
  examples: [{ line: '', what: 'Start the local stack, until Ctrl-C' }],
  output: z.strictObject({ code: z.number() }),
  async run({ signal }) {
    const checkout = findCheckout(pathOf('.'));
    // In the same process group: Ctrl-C reaches it, and it stops cleanly by itself.
    const child = spawn('npm', ['start', '--silent'], { cwd: checkout, stdio: 'inherit' });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: signal.aborted ? 0 : (code ?? 1) };
  },
  print: () => undefined,
  exitCode: ({ code }) => (code === 0 ? EXIT.done : EXIT.failed),
});

function findCheckout(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, PROGRAM))) return folder;
    if (folder === path.dirname(folder)) break;
  }
  throw new CommandError(`${from} is not in a checkout of Darkroom.`, {
    code: 'NO_CHECKOUT',
    remedy: 'Run the command in a checkout, after npm ci.',
    exitCode: EXIT.access,
  });
}

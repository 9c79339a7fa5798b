import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { CommandError, defineCommand, flag } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathOf } from '../path-of.ts';

/** The program of the local stack in a checkout. */
const PROGRAM = 'apps/local/src/main.ts';
/** The same, in the package: next to the bundle of the command line. */
const PACKED_PROGRAM = path.join(import.meta.dirname, 'local.mjs');

export const dev = defineCommand({
  name: 'dev',
  summary: 'runs the whole pipeline on this machine, like npm start',
  details:
    'It runs Pulumi.local.yaml of the current folder, or a stack with default recipes. DARKROOM_STACK names another stack file. The uploads and outputs are in the folder .darkroom. In a checkout of Darkroom it runs npm start.',
  arguments: [],
  options: { notes: flag('--notes', 'also prints the differences from AWS') },
  examples: [{ line: '', what: 'Start the local stack, until Ctrl-C' }],
  changesStack: true,
  interrupted: 'Uploads, outputs and messages are kept. The same command continues with them.',
  output: z.strictObject({ code: z.number() }),
  async run({ signal, terminal }, { notes }) {
    const [program, args, cwd] = existsSync(PACKED_PROGRAM)
      ? [process.execPath, [PACKED_PROGRAM], pathOf('.')]
      : ['npm', ['start', '--silent', '--'], findCheckout(pathOf('.'))];
    // In the same process group: Ctrl-C of a terminal reaches it, and it stops cleanly by itself.
    const child = spawn(program, [...args, ...(notes ? ['--notes'] : [])], {
      cwd,
      // With --json, standard output has the result only.
      stdio: ['inherit', terminal.json ? 2 : 'inherit', 'inherit'],
    });
    const stop = () => void child.kill('SIGTERM');
    process.once('SIGTERM', stop);
    // Without a terminal the signal comes to this process only. A second one would end the stack at once.
    if (!process.stdin.isTTY) signal.addEventListener('abort', stop);
    const [code] = (await once(child, 'close')) as [number | null];
    process.off('SIGTERM', stop);
    signal.removeEventListener('abort', stop);
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

import { readdirSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import type { Command as Parser } from 'commander';
import type { Command } from './command.ts';
import { pathOf } from './path-of.ts';

/**
 * `darkroom complete SHELL` prints a script. The script calls `darkroom complete -- WORDS` at each Tab, so the
 * suggestions follow the declarations of the commands.
 */
export function addCompletion(program: Parser, commands: readonly Command[]): void {
  const root = tab(program);
  for (const command of commands) {
    const completed = root.commands.get(command.name);
    for (const { flags, isFile } of command.arguments) {
      const argument = completed?.arguments.get(flags.replaceAll(/[<>[\].]/g, ''));
      if (isFile && argument) argument.handler = (suggest) => suggestFiles(suggest);
    }
  }
}

/** The word under the cursor is the last argument. */
function suggestFiles(suggest: (file: string, what: string) => void): void {
  const word = process.argv.at(-1) ?? '';
  const folder = word.slice(0, word.lastIndexOf('/') + 1);
  const entries = readdirSync(pathOf(folder || '.'), { withFileTypes: true });
  for (const entry of entries)
    suggest(`${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, '');
}

import { readdirSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import type { Command as Parser } from 'commander';
import type { Command, Completes } from './command.ts';
import { pathOf } from './path-of.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/**
 * `darkroom complete SHELL` prints a script. The script calls `darkroom complete -- WORDS` at each Tab, so the
 * suggestions follow the declarations of the commands.
 */
export function addCompletion(
  program: Parser,
  commands: readonly Command[],
  write: (text: string) => void,
): void {
  const root = tab(program);
  // What was typed: Commander drops the `--`. Its types leave this property out.
  const typed = () => (program as unknown as { rawArgs: readonly string[] }).rawArgs;
  for (const command of commands) {
    const completed = root.commands.get(command.name);
    for (const { flags, completes } of command.arguments) {
      const argument = completed?.arguments.get(flags.replaceAll(/[<>[\].]/g, ''));
      if (completes && argument)
        argument.handler = (suggest) => suggestAll(completes, typed().at(-1) ?? '', suggest);
    }
    for (const { flags, completes } of Object.values(command.options)) {
      const option = completed?.options.get(/--([\w-]+)/.exec(flags)?.[1] ?? '');
      if (completes && option)
        option.handler = (suggest) => suggestAll(completes, typed().at(-1) ?? '', suggest);
    }
  }
  program.commands
    .find((command) => command.name() === 'complete')
    ?.description('prints the script that completes commands in a shell')
    .action((shell: string | undefined, _: unknown, { args }: Parser) => {
      if (typed().includes('--')) write(suggestions(printedBy(() => root.parse([...args]))));
      else if (shell === undefined || !SHELLS.includes(shell))
        program.error(`error: name the shell: ${SHELLS.join(', ')}`);
      else
        write(
          script(
            shell,
            printedBy(() => root.setup('darkroom', 'darkroom', shell)),
          ),
        );
    });
}

/** The library prints with `console.log`. */
function printedBy(print: () => void): string {
  const { log } = console;
  let text = '';
  console.log = (line: string) => void (text += `${line}\n`);
  try {
    print();
  } finally {
    console.log = log;
  }
  return text;
}

/** The function of the package bash-completion that the script calls, for shells without this package. */
const BASH_WORDS = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${words[cword]} prev=\${words[cword - 1]}
}
`;

function script(shell: string, text: string): string {
  if (shell !== 'bash') return text;
  // A constant of the shell cannot be set again by \`source ~/.bashrc\`, or by the script of another command.
  return BASH_WORDS + text.replaceAll(/^readonly (?=ShellCompDirective)/gm, '');
}

/** Directives of the library: suggest no files, and add no space. */
const [NO_FILES, NO_SPACE] = [4, 2];

/** After a folder, the next word continues with a file of it. */
function suggestions(text: string): string {
  const lines = text.trimEnd().split('\n').slice(0, -1);
  const areFolders = lines.length > 0 && lines.every((line) => line.includes('/\t'));
  return [...lines, `:${areFolders ? NO_FILES + NO_SPACE : NO_FILES}`, ''].join('\n');
}

type Suggest = (value: string, what: string) => void;

/** @param word under the cursor */
function suggestAll(completes: Completes, word: string, suggest: Suggest): void {
  if (completes === 'file') suggestFiles(word, suggest);
  else if (completes === 'stack') suggestStacks(suggest);
  else for (const word of completes) suggest(word, '');
}

function suggestFiles(word: string, suggest: Suggest): void {
  const folder = word.slice(0, word.lastIndexOf('/') + 1);
  for (const entry of entriesOf(folder || '.'))
    suggest(`${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, '');
}

/** Pulumi keeps the configuration of each stack in a file of this name. */
function suggestStacks(suggest: Suggest): void {
  for (const { name } of entriesOf('.')) {
    const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1];
    if (stack !== undefined) suggest(stack, name);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(pathOf(folder), { withFileTypes: true });
  } catch {
    return [];
  }
}

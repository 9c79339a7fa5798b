import * as z from 'zod';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { errorSchema } from './explain-error.ts';

/** Text of docs/cli.md, from the declarations of the commands. */
export function commandReference(): string {
  return [
    '# Command line',
    '`darkroom` operates a pipeline, local or deployed, and tries recipes. It uses the AWS SDK and your own credentials. In this repository, write `npm run darkroom --` instead of `darkroom`. The npm package `@darkroom/cli` has the same command for folders without a checkout, and needs Node.js 24. It is not on npm until the owner of Darkroom registers the scope: `npx nx build cli` makes the package in apps/cli/dist/package, and `npm pack` makes its tarball.',
    '## The stack',
    'Without options, a command works on the local stack that runs on this machine (`DARKROOM_URL`, or the file `env` in the data directory). `--stack [ORG/PROJECT/]NAME` names a deployed one: the command reads the outputs by `pulumi stack output --json`. Without the Pulumi CLI, name the resources with `--source`, `--processed` and `--queue`, and the recipes with `--settings`.',
    '## Output',
    'Standard output has the result, standard error has remarks, progress and errors. Colours and progress appear only on a terminal. `NO_COLOR=1` switches colours off. With `--json`, standard output has the result as one line of JSON (`watch`: one line for each reading), and an error is one line of JSON on standard error:',
    schemaBlock(errorSchema),
    '## Exit codes',
    table(
      ['code', 'meaning'],
      Object.entries(EXIT_MEANINGS).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
    '## Ctrl-C',
    'The first Ctrl-C ends a command. A command that changes the stack completes its current request before; a second Ctrl-C does not wait for it. The exit code is 130, and one line says what is done and how to go on. `compare` and `apply` save their position, and `upload` skips files that the bucket has: the same command continues.',
    '## Completion',
    'The shell completes commands, options, their values, files and the stacks of the current folder. For bash, add `source <(darkroom complete bash)` to `~/.bashrc`. For zsh, add `source <(darkroom complete zsh)` to `~/.zshrc`, after `compinit`. For fish, add `darkroom complete fish | source` to `~/.config/fish/config.fish`. `darkroom complete powershell` prints a script for PowerShell, which no test runs.',
    '## Commands',
    table(
      ['command', 'what it does'],
      commands.map(({ name, summary }) => [`[\`${name}\`](#${name})`, summary]),
    ),
    ...commands.flatMap(sectionOf),
  ].join('\n\n');
}

function sectionOf(command: Command): string[] {
  const { name, summary, details, examples, output } = command;
  const parameters = command.arguments.map(({ flags, what }) => [`\`${flags}\``, what]);
  const options = Object.values(command.options).map(({ flags, what }) => [`\`${flags}\``, what]);
  const rows = [...parameters, ...options];
  const lines = examples.map(
    ({ line, what }) => `darkroom ${name} ${line}`.trimEnd() + ` # ${what}`,
  );
  return [
    `### ${name}`,
    [`It ${summary}.`, details].filter((text) => text !== undefined).join(' '),
    ...(rows.length > 0 ? [table(['argument or option', 'meaning'], rows)] : []),
    ['```sh', ...lines, '```'].join('\n'),
    `<details><summary>Schema of <code>${name} --json</code></summary>`,
    schemaBlock(output),
    '</details>',
  ];
}

function schemaBlock(output: z.ZodType): string {
  const schema = z.toJSONSchema(output, { target: 'draft-7', unrepresentable: 'any' });
  delete schema.$schema;
  return ['```json', JSON.stringify(schema, null, 2), '```'].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

import { CommanderError, InvalidArgumentError, Command as Parser } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { type Command, CommandError, type Context } from './command.ts';
import { commands } from './commands.ts';
import { addCompletion } from './completion.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type Explained, explainError } from './explain-error.ts';
import { type Streams, Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

export interface RunOptions {
  readonly streams?: Streams;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** @returns the exit code (docs/cli.md) */
export async function run(
  args: readonly string[],
  { streams = process, signal = new AbortController().signal }: RunOptions = {},
): Promise<ExitCode> {
  const json = args.includes('--json');
  const terminal = new Terminal(streams, { json });
  let exitCode: ExitCode = EXIT.done;
  const program = buildProgram(streams, async (command, values, options) => {
    exitCode = await execute(command, { terminal, signal }, values, options);
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return signal.aborted ? EXIT.interrupted : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (signal.aborted || isCancelled(error)) return EXIT.interrupted;
    const explained = explainError(error);
    streams.stderr.write(json ? `${JSON.stringify(toJson(explained))}\n` : toText(explained));
    return explained.exitCode;
  } finally {
    terminal.close();
  }
}

type Action = (
  command: Command,
  values: unknown[],
  options: Record<string, unknown>,
) => Promise<void>;

/** Commander's program of all commands. Commander suggests names for misspelt ones. */
export function buildProgram(streams: Streams, action: Action): Parser {
  const program = configured(new Parser('darkroom'), streams)
    .description('Operates a Darkroom pipeline, local or deployed, and tries recipes.')
    .version(manifest.version, '-V, --version', 'prints the version')
    .helpCommand('help [command]', 'prints the help of a command')
    .addHelpText('after', '\n`darkroom COMMAND --help` has examples.');
  for (const command of commands) program.addCommand(parserOf(command, streams, action));
  addCompletion(program, commands, (text) => void streams.stdout.write(text));
  return program;
}

function parserOf(command: Command, streams: Streams, action: Action): Parser {
  const parser = configured(new Parser(command.name), streams).description(command.summary);
  for (const { flags, what } of command.arguments) parser.argument(flags, what);
  for (const { flags, what } of Object.values(command.options))
    if (/<[^.]+>/.test(flags)) parser.option(flags, what, once);
    else parser.option(flags, what);
  return parser
    .option('--json', 'prints the result as JSON (schemas: docs/cli.md)')
    .addHelpText('after', helpAfterOptions(command))
    .action((...given: unknown[]) =>
      action(command, given.slice(0, -2), given.at(-2) as Record<string, unknown>),
    );
}

/** Commander would use the last of several values and drop the others silently. */
function once(value: string, previous: unknown): string {
  if (previous !== undefined) throw new InvalidArgumentError('The option is given twice.');
  return value;
}

function configured(parser: Parser, { stdout, stderr }: Streams): Parser {
  const name = parser.name() === 'darkroom' ? 'darkroom' : `darkroom ${parser.name()}`;
  return parser
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
      outputError: (text, write) => write(`${wrap(text.trimEnd())}\n`),
    })
    .showHelpAfterError(`\`${name} --help\` lists what is possible.`);
}

function helpAfterOptions({ name, details, examples }: Command): string {
  const lines = examples.map(({ line, what }) =>
    `  ${what}:\n    darkroom ${name} ${line}`.trimEnd(),
  );
  return [
    ...(details === undefined ? [] : ['', details]),
    '',
    'Examples:',
    ...lines,
    '',
    'Exit codes: docs/cli.md',
  ].join('\n');
}

async function execute(
  command: Command,
  context: Context,
  values: unknown[],
  given: Record<string, unknown>,
): Promise<ExitCode> {
  const answer = command.run(context, readOptions(command, given), ...values);
  let exitCode: ExitCode = EXIT.done;
  for await (const result of isIterable(answer) ? answer : [await answer]) {
    // The schema documents what scripts read. It also rejects a result that breaks the promise.
    const checked = command.output.parse(result);
    if (context.terminal.json) context.terminal.line(JSON.stringify(checked));
    else command.print(checked, context.terminal);
    exitCode = command.exitCode?.(checked) ?? EXIT.done;
  }
  return exitCode;
}

/** @throws CommandError that names every invalid option */
function readOptions({ options }: Command, given: Record<string, unknown>): object {
  const problems: string[] = [];
  const values = Object.entries(options).map(([name, { flags, schema }]) => {
    const { success, data, error } = schema.safeParse(given[name]);
    if (!success)
      problems.push(...error.issues.map(({ message }) => `${longName(flags)}: ${message}`));
    return [name, data];
  });
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  return Object.fromEntries(values) as object;
}

/** `--prefix` of `-p, --prefix <prefix>`. */
function longName(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function isIterable(answer: object): answer is AsyncIterable<unknown> {
  return Symbol.asyncIterator in answer;
}

/** Ctrl-C at a question of Inquirer. */
function isCancelled(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortError')
  );
}

function toText({ code, message, remedy, defect }: Explained): string {
  const parts = [code === 'COMMAND' ? message : `${code}: ${message}`, remedy, defect];
  return `${wrap(parts.filter((part) => part !== undefined).join('\n'))}\n`;
}

function toJson({ code, message, remedy }: Explained): object {
  return { error: { code, message, ...(remedy !== undefined && { remedy }) } };
}

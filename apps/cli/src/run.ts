import { CommanderError, InvalidArgumentError, Command as Parser } from 'commander';
import type * as z from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { type Command, CommandError, type Context } from './command.ts';
import { commands } from './commands.ts';
import { addCompletion } from './completion.ts';
import { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.ts';
import { type errorSchema, type Explained, explainError } from './explain-error.ts';
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
  let command: Command | undefined;
  // With --json, errors of Commander are JSON, too.
  const stderr = json ? { write: () => true } : streams.stderr;
  const program = buildProgram({ ...streams, stderr }, async (chosen, values, options) => {
    command = chosen;
    const execution = execute(chosen, { terminal, signal }, values, options);
    exitCode = await (chosen.changesStack ? execution : Promise.race([execution, late(signal)]));
  });
  const fail = (explained: Explained): ExitCode => {
    terminal.close();
    const text = json ? `${JSON.stringify(toJson(explained))}\n` : toText(explained);
    streams.stderr.write(text);
    return explained.exitCode;
  };
  try {
    await program.parseAsync([...args], { from: 'user' });
    return signal.aborted ? fail(interruption(command?.interrupted)) : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      return json ? fail(usageError(error, args)) : EXIT.usage;
    }
    if (isCancelled(error)) return fail(interruption());
    if (signal.aborted) return fail(interruption(command?.interrupted));
    return fail(explainError(error));
  } finally {
    terminal.close();
  }
}

/** For a command that changes nothing to end after Ctrl-C, milliseconds. A request may take minutes. */
const GRACE_MS = 1000;

/** Rejects some time after Ctrl-C. */
function late(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = () => void setTimeout(() => reject(new Error('interrupted')), GRACE_MS).unref();
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}

/** @param done what is done, and how to go on */
function interruption(done = 'Nothing was changed.'): Explained {
  const message = `Interrupted. ${done}`;
  return { code: 'INTERRUPTED', message, exitCode: EXIT.interrupted };
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
  const { name, summary } = command;
  const parser = configured(new Parser(name), streams)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
  for (const { flags, what } of command.arguments) parser.argument(flags, what);
  for (const { flags, what, group } of Object.values(command.options)) {
    const option = parser.createOption(flags, what);
    if (!option.variadic && option.required) option.argParser(once);
    parser.addOption(group === undefined ? option : option.helpGroup(group));
  }
  return parser
    .option('--json', 'prints the result as JSON (schemas: docs/cli.md)')
    .addHelpText('after', helpAfterOptions(command, parser))
    .action((...given: unknown[]) =>
      action(command, given.slice(0, -2), given.at(-2) as Record<string, unknown>),
    );
}

/** Commander would use the last of several values and drop the others silently. */
function once(value: string, previous: unknown): string {
  if (previous !== undefined) throw new InvalidArgumentError('The option is given twice.');
  return value;
}

/** Columns of the help, as terminals have them at least. */
const COLUMNS = 80;

function configured(parser: Parser, { stdout, stderr }: Streams): Parser {
  return parser
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => COLUMNS,
      getErrHelpWidth: () => COLUMNS,
      outputError: (text, write) => write(`${wrap(text.trimEnd())}\n`),
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .helpOption('-h, --help', 'prints this help')
    .showHelpAfterError(helpHint(parser.name()));
}

function helpHint(name: string): string {
  return `\`darkroom ${name === 'darkroom' ? '' : `${name} `}--help\` lists what is possible.`;
}

function helpAfterOptions({ name, details, examples }: Command, parser: Parser): string {
  const help = parser.createHelp();
  const lines = examples.map(({ line, what }) =>
    `  ${what}:\n    darkroom ${name} ${line}`.trimEnd(),
  );
  const codes = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `${code} ${meaning}`);
  return [
    ...(details === undefined ? [] : ['', help.boxWrap(details, COLUMNS)]),
    '',
    'Examples:',
    ...lines,
    '',
    help.boxWrap(`Exit codes: ${codes.join('; ')}.`, COLUMNS),
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

/** Ctrl-C at a question of Inquirer, before anything is changed. */
function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}

/** An unknown command or option, for example. Without --json, Commander prints it. */
function usageError({ message }: CommanderError, [name]: readonly string[]): Explained {
  const isKnown = commands.some((command) => command.name === name);
  return {
    ...{ code: 'USAGE', message: message.replace(/^error: /, ''), exitCode: EXIT.usage },
    remedy: helpHint(isKnown && name !== undefined ? name : 'darkroom'),
  };
}

/** Their message says enough. */
const WITHOUT_CODE = ['USAGE', 'INTERRUPTED'];

function toText({ code, message, remedy, defect }: Explained): string {
  const parts = [WITHOUT_CODE.includes(code) ? message : `${code}: ${message}`, remedy, defect];
  return `${wrap(parts.filter((part) => part !== undefined).join('\n'))}\n`;
}

function toJson({ code, message, remedy }: Explained): z.output<typeof errorSchema> {
  return { error: { code, message, ...(remedy !== undefined && { remedy }) } };
}

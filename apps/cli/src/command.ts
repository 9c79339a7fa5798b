import * as z from 'zod';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export { CommandError } from './command-error.ts';

/** Given to every command. */
export interface Context {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. Commands end after the current request and can be repeated. */
  readonly signal: AbortSignal;
}

/** What a shell suggests as the value: paths, stacks of the current folder, or these words. */
export type Completes = 'file' | 'stack' | readonly string[];

interface Completable {
  /** Default: nothing. */
  readonly completes?: Completes;
}

interface OptionDetails extends Completable {
  /** Heading in the help. Default: `Options`. */
  readonly group?: string;
}

/** A positional argument. `T` is its type in `run`. */
export interface Argument<T> extends Completable {
  /** `<name>`, `[name]` or `<name...>`. */
  readonly flags: string;
  readonly what: string;
  /** Never set: gives the argument its type. */
  readonly type?: T;
}

export function required(name: string, what: string, more?: Completable): Argument<string> {
  return { flags: `<${name}>`, what, ...more };
}

export function optional(
  name: string,
  what: string,
  more?: Completable,
): Argument<string | undefined> {
  return { flags: `[${name}]`, what, ...more };
}

/** One or more values. */
export function several(name: string, what: string, more?: Completable): Argument<string[]> {
  return { flags: `<${name}...>`, what, ...more };
}

/** An option. Its schema validates the text and gives it a type. */
export interface Option<T> extends OptionDetails {
  /** Of Commander: `-p, --prefix <prefix>`, `--yes`. */
  readonly flags: string;
  readonly what: string;
  readonly schema: z.ZodType<T>;
}

export function option<T>(
  flags: string,
  what: string,
  schema: z.ZodType<T>,
  more?: OptionDetails,
): Option<T> {
  return { flags, what, schema, ...more };
}

/** An option without a value. */
export function flag(flags: string, what: string): Option<boolean> {
  return option(flags, what, z.boolean().default(false));
}

/** The text of an option as a number. Its messages name what is allowed. */
export function numberOption(what: string, allows: (value: number) => boolean) {
  return z.string().transform((text, context) => {
    const value = text === 'unlimited' ? Infinity : Number(text);
    if (text.trim() !== '' && allows(value)) return value;
    context.addIssue({ code: 'custom', message: `must be ${what}; found ${text}` });
    return z.NEVER;
  });
}

type Options = Readonly<Record<string, Option<unknown>>>;
type ValuesOf<T extends Options> = {
  readonly [Name in keyof T]: T[Name] extends Option<infer V> ? V : never;
};
type TypesOf<T extends readonly Argument<unknown>[]> = {
  [Index in keyof T]: T[Index] extends Argument<infer V> ? V : never;
};

export interface Example {
  /** Arguments after `darkroom COMMAND`. */
  readonly line: string;
  readonly what: string;
}

export interface Definition<A extends readonly Argument<unknown>[], O extends Options, Result> {
  readonly name: string;
  /** One line: what the command does. */
  readonly summary: string;
  /** Paragraphs after the options in `--help`. */
  readonly details?: string;
  readonly arguments: A;
  /** By the name that Commander gives the value: `deadLetters` for `--dead-letters`. */
  readonly options: O;
  readonly examples: readonly Example[];
  /** Schema of `--json`: one document, or one per line if `run` returns an iterable. */
  readonly output: z.ZodType<Result>;
  /** @throws CommandError for a mistake of the user; errors of the libraries and of the SDK */
  run(
    context: Context,
    options: ValuesOf<O>,
    ...args: TypesOf<A>
  ): Promise<Result> | AsyncIterable<Result>;
  /** For people. `--json` prints the result instead. */
  print(result: Result, terminal: Terminal): void;
  /** Default: 0. */
  exitCode?(result: Result): ExitCode;
  /** After Ctrl-C: what is done, and how to go on. Default: nothing was changed. */
  readonly interrupted?: string;
  /** Ctrl-C waits for its current request, or for its stack to stop. */
  readonly changesStack?: true;
}

/** A command of `darkroom`. Each one has its own file in `commands/`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly arguments: readonly Argument<unknown>[];
  readonly options: Options;
  readonly examples: readonly Example[];
  readonly output: z.ZodType;
  run(
    context: Context,
    options: object,
    ...args: unknown[]
  ): Promise<unknown> | AsyncIterable<unknown>;
  print(result: unknown, terminal: Terminal): void;
  exitCode?(result: unknown): ExitCode;
  readonly interrupted?: string;
  readonly changesStack?: true;
}

/** The declarations give `run` the types of its arguments and options. */
export function defineCommand<
  const A extends readonly Argument<unknown>[],
  const O extends Options,
  Result,
>(definition: Definition<A, O, Result>): Command {
  return definition as unknown as Command;
}

import type { Readable, Writable } from 'node:stream';
import confirm from '@inquirer/confirm';
import input from '@inquirer/input';
import select from '@inquirer/select';
import cliProgress from 'cli-progress';
import Table from 'cli-table3';
import pc from 'picocolors';
import { CommandError } from './command-error.ts';
import { wrap } from './wrap.ts';

/** `process.stdout`, or what a test reads. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface Streams {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Progress {
  /** @param note shown after the bar */
  update(done: number, note?: string): void;
  /** Removes the bar. */
  stop(): void;
}

export type Colours = ReturnType<typeof pc.createColors>;

/** A question whose answer is a text. */
export interface Question {
  readonly message: string;
  /** The answer of an empty line. */
  readonly default: string;
  /** The user chooses one of them. Default: any text. */
  readonly choices?: readonly string[];
  /** Returns what is wrong with an answer; the user then corrects it. */
  readonly problem: (answer: string) => string | undefined;
}

/** Output of a command. Colours and progress appear only on a terminal, and never with `--json`. */
export class Terminal {
  readonly colours: Colours;
  /** Whether `--json` was given. */
  readonly json: boolean;
  readonly #streams: Streams;
  #bar: cliProgress.SingleBar | undefined;

  constructor(streams: Streams, { json = false } = {}) {
    this.#streams = streams;
    this.json = json;
    const isPlain = json || !streams.stdout.isTTY || (streams.env['NO_COLOR'] ?? '') !== '';
    this.colours = pc.createColors(!isPlain);
  }

  /** Whether a person sees the output as it comes. */
  get isInteractive(): boolean {
    return !this.json && this.#streams.stdout.isTTY === true;
  }

  /** Writes text to standard output as it is. */
  write(text: string): void {
    this.#streams.stdout.write(text);
  }

  /** Writes a line to standard output as it is. */
  line(text = ''): void {
    this.#streams.stdout.write(`${text}\n`);
  }

  /** Writes text to standard output, with lines of at most 80 characters. */
  text(text: string): void {
    this.line(wrap(text));
  }

  /** Writes a line to standard error: remarks that are not part of the result. */
  note(text: string): void {
    this.#streams.stderr.write(`${wrap(text)}\n`);
  }

  /** @param rows cells; numbers are right-aligned */
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    if (rows.length === 0) return;
    const table = new Table({
      head: head.map((title) => this.colours.bold(title)),
      colAligns: head.map((_, column) =>
        rows.every((row) => typeof row[column] === 'number' || /^[-<$\d]/.test(String(row[column])))
          ? 'right'
          : 'left',
      ),
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
      chars: {
        ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
        ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
        ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
        middle: '',
      },
    });
    table.push(...rows.map((row) => row.map((cell) => formatCell(cell))));
    this.line(table.toString().replaceAll(/ +$/gm, ''));
  }

  /** @param total 0 if it is unknown */
  progress(label: string, total: number): Progress {
    if (!this.#streams.stderr.isTTY || this.json) return { update() {}, stop() {} };
    const bar = new cliProgress.SingleBar({
      format: total > 0 ? `${label} {bar} {value}/{total} {note}` : `${label} {value} {note}`,
      // Its type asks for a stream. It writes, and asks for the width.
      stream: this.#streams.stderr as NodeJS.WritableStream,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
    });
    bar.start(total, 0, { note: '' });
    this.#bar = bar;
    return {
      update: (done, note = '') => bar.update(done, { note }),
      stop: () => {
        bar.stop();
        this.#bar = undefined;
      },
    };
  }

  /**
   * Asks before something is destroyed.
   * @param yes the option `--yes`
   * @throws CommandError `CONFIRMATION` if there is no terminal to ask on
   */
  async confirm(question: string, yes?: boolean): Promise<boolean> {
    if (yes) return true;
    if (!this.canAsk)
      throw new CommandError(`${question} This needs an answer.`, {
        code: 'CONFIRMATION',
        remedy: 'Add --yes, or run the command on a terminal.',
      });
    return confirm({ message: question, default: false }, this.#questionStreams);
  }

  /** Asks for a text. Call it only if `canAsk`. */
  ask({ message, choices, problem, ...rest }: Question): Promise<string> {
    return choices === undefined
      ? input(
          { message, ...rest, validate: (answer) => problem(answer) ?? true },
          this.#questionStreams,
        )
      : select({ message, ...rest, choices }, this.#questionStreams);
  }

  /** Whether a person can answer questions. */
  get canAsk(): boolean {
    const { stdin, stderr } = this.#streams;
    return !this.json && stdin.isTTY === true && stderr.isTTY === true;
  }

  /** Questions are on standard error: standard output has the result only. */
  get #questionStreams() {
    const { stdin, stderr } = this.#streams;
    return { input: stdin as Readable, output: stderr as unknown as Writable };
  }

  /** Restores the terminal: called at the end, also after an error. */
  close(): void {
    this.#bar?.stop();
  }
}

const number = new Intl.NumberFormat('en');

function formatCell(cell: string | number): string {
  return typeof cell === 'number' ? number.format(cell) : cell;
}

/** Replaces characters that control a terminal: keys and messages may contain any. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\uFFFD');
}

/** `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const digits = power === 0 ? 0 : 1;
  return `${(bytes / 1024 ** power).toFixed(digits)} ${units[power]}`;
}

/** `2 h 5 min`, `14 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours > 0) return `${number.format(hours)} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${whole % 60} s`;
  return `${whole} s`;
}

/** `$0.0042`, with two significant digits below a dollar. */
export function formatDollars(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars < 1) return `$${Number(dollars.toPrecision(2))}`;
  return `$${number.format(Math.round(dollars * 100) / 100)}`;
}

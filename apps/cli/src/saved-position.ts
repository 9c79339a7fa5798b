import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { CommandError } from './command-error.ts';

/**
 * The position of a long run, in a file. A run that is killed continues from it. Each write replaces the file at once,
 * so a kill leaves the old or the new position, and never half of one.
 */
export class SavedPosition {
  readonly file: string;
  readonly #run: string;

  /**
   * @param run what identifies the run: command, buckets, options, settings
   * @param file from the option `--position`; by default one below `$XDG_STATE_HOME`, or else `~/.local/state`
   */
  constructor(run: object, file: string | undefined) {
    this.#run = createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 16);
    const state = process.env['XDG_STATE_HOME'] ?? path.join(homedir(), '.local/state');
    this.file = file ?? path.join(state, 'darkroom', `${this.#run}.json`);
  }

  /**
   * @returns undefined if there is none, or it is not valid JSON
   * @throws CommandError if the file of `--position` belongs to a run with other options or settings
   */
  read(): unknown {
    const saved = this.#content();
    if (saved === undefined) return undefined;
    if (saved.run === this.#run) return saved.position;
    throw new CommandError(
      `${this.file} is the position of a run with other options or settings.`,
      {
        code: 'INVALID_POSITION',
        remedy: 'Use the options and settings of that run, or begin again with --restart.',
      },
    );
  }

  write(position: object): void {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    const content = JSON.stringify({ run: this.#run, position });
    writeFileSync(`${this.file}.new`, content, { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  #content(): { readonly run?: unknown; readonly position?: unknown } | undefined {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as object;
    } catch {
      return undefined;
    }
  }

  /** Called when the run is complete. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The position of a long run, in a file. A run that is killed continues from it. Each write replaces the file at once,
 * so a kill leaves the old or the new position, and never half of one.
 */
export class SavedPosition {
  readonly file: string;

  /**
   * @param run what identifies the run: command, buckets, options
   * @param file from the option `--position`; by default one below `$XDG_STATE_HOME`, or else `~/.local/state`
   */
  constructor(run: object, file: string | undefined) {
    const name = createHash('sha256').update(JSON.stringify(run)).digest('hex').slice(0, 16);
    const state = process.env['XDG_STATE_HOME'] ?? path.join(homedir(), '.local/state');
    this.file = file ?? path.join(state, 'darkroom', `${name}.json`);
  }

  /** @returns undefined if there is none, or it is not valid JSON */
  read(): unknown {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8'));
    } catch {
      return undefined;
    }
  }

  write(position: object): void {
    mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.file}.new`, JSON.stringify(position), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  /** Called when the run is complete. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}

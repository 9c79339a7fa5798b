import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** A command, and what comes before the script to run. */
export interface NodeCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Node for arm64 under emulation, as `tools/ci/arm64-emulator.sh` prepares it; undefined where it is not there. */
export function findEmulatedNode(): NodeCommand | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'darkroom/arm64-emulator');
  const qemu = path.join(folder, 'qemu-aarch64-static');
  const node = path.join(folder, 'node');
  try {
    for (const file of [qemu, node]) accessSync(file, constants.X_OK);
  } catch {
    return undefined;
  }
  return { command: qemu, args: ['-L', path.join(folder, 'root'), node] };
}

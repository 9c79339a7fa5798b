import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { IN_PROCESS } from './contestants/index.ts';
import { OUTPUTS } from './job.ts';
import type { Measured } from './measured.ts';
import { fileOf } from './programs/command-lines.ts';
import type { FoundProgram } from './programs/find-programs.ts';
import { measureProgram } from './programs/measure-program.ts';

/** One way to do the job, in a process of its own. */
export interface Contestant {
  readonly name: string;
  /** Does the job on a file and leaves every output, by its name, in a folder. */
  run(source: string, folder: string): Promise<Measured>;
}

const PROCESS = path.join(import.meta.dirname, 'contestant-process.ts');

/** The contestants that are ours to write, by the names of `contestants/index.ts`. */
export const NAMES: Readonly<Record<keyof typeof IN_PROCESS, string>> = {
  darkroom: 'Darkroom',
  'darkroom-fast': 'Darkroom, effort fast',
  floor: 'decode once, by hand: the floor',
  naive: 'a sharp pipeline per output',
  'naive-defaults': '  with sharp’s own settings',
};

const runFile = promisify(execFile);

function inProcess([key, name]: [string, string]): Contestant {
  return {
    name,
    async run(source, folder) {
      // As the functions run: architecture.md, "Memory".
      const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
      const args = [PROCESS, key, source, folder];
      const { stdout } = await runFile(process.execPath, args, { env });
      return JSON.parse(stdout) as Measured;
    },
  };
}

function ofProgram(program: FoundProgram): Contestant {
  return {
    name: `${program.name} ${program.versionFound}`,
    async run(source, folder) {
      let total: Measured = { cpu: 0, wall: 0, peak: 0 };
      for (const args of program.argsOf(source, folder)) {
        const { cpu, wall, peak } = await measureProgram(program.command, args);
        total = {
          cpu: total.cpu + cpu,
          wall: total.wall + wall,
          peak: Math.max(total.peak, peak),
        };
      }
      for (const output of OUTPUTS) {
        await rename(fileOf(folder, output), path.join(folder, output.name));
      }
      return total;
    },
  };
}

export function contestants(programs: readonly FoundProgram[]): readonly Contestant[] {
  return [...Object.entries(NAMES).map(inProcess), ...programs.map(ofProgram)];
}

import { spawnSync } from 'node:child_process';
import { PROGRAMS, type Program } from './command-lines.ts';

export interface FoundProgram extends Program {
  readonly command: string;
  readonly versionFound: string;
}

function find(program: Program): FoundProgram | undefined {
  for (const command of program.commands) {
    const { stdout, stderr } = spawnSync(command, [program.versionOption], { encoding: 'utf8' });
    const [, versionFound] = program.version.exec(`${stdout ?? ''}${stderr ?? ''}`) ?? [];
    // Another program of that name says something else.
    if (versionFound) return { ...program, command, versionFound };
  }
  return undefined;
}

/** The programs that are on the PATH, and the names of those that are not. */
export function findPrograms(): {
  readonly found: readonly FoundProgram[];
  readonly missing: readonly string[];
} {
  const all = PROGRAMS.map((program) => ({ program, found: find(program) }));
  return {
    found: all.flatMap(({ found }) => found ?? []),
    missing: all.flatMap(({ program, found }) => (found ? [] : [program.name])),
  };
}

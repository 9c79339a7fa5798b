import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Program, PROGRAMS } from './programs.ts';

export interface FoundProgram extends Program {
  readonly command: string;
}

export interface Rivals {
  readonly programs: readonly FoundProgram[];
  /** Python with boto3 and Pillow. */
  readonly python?: string;
  /** The folder that has ipx. */
  readonly ipx?: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly missing: readonly { readonly name: string; readonly why: string }[];
}

const say = (command: string, args: readonly string[]) => {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return `${stdout ?? ''}${stderr ?? ''}`;
};

/** Looks for the programs on the PATH, and for the rest in a folder. */
export function findRivals(folder: string | undefined): Rivals {
  const programs: FoundProgram[] = [];
  const versions: Record<string, string> = {};
  const missing: { name: string; why: string }[] = [];
  for (const program of PROGRAMS) {
    const answers = program.commands.map((command) => ({
      command,
      // Another program of that name says something else.
      version: program.version.exec(say(command, [program.versionOption]))?.[1],
    }));
    const found = answers.find(({ version }) => version !== undefined);
    if (found?.version === undefined) {
      missing.push({ name: program.name, why: 'not on the PATH' });
      continue;
    }
    programs.push({ ...program, command: found.command });
    versions[program.name] = found.version;
  }
  const python = path.join(folder ?? '', 'venv/bin/python');
  const imports = 'import PIL, boto3, sys; print(PIL.__version__, boto3.__version__)';
  const [, pillow, boto3] =
    /^([\d.]+) ([\d.]+)\n/.exec(folder === undefined ? '' : say(python, ['-c', imports])) ?? [];
  if (pillow !== undefined && boto3 !== undefined)
    Object.assign(versions, { Pillow: pillow, boto3 });
  else
    for (const name of ['Pillow handler', 'Pillow draft handler'] as const)
      missing.push({ name, why: 'no venv with Pillow and boto3 in --rivals' });
  const hasIpx = folder !== undefined && existsSync(path.join(folder, 'node_modules/ipx'));
  if (!hasIpx) missing.push({ name: 'ipx', why: 'not in --rivals' });
  return {
    ...{ programs, versions, missing },
    ...(pillow !== undefined && { python }),
    ...(hasIpx && { ipx: path.resolve(folder) }),
  };
}

import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** Milliseconds from the start of a process until it has imported a module. */
export interface Start {
  /** By the clock. */
  readonly elapsed: number;
  /** Of processors, all threads together. */
  readonly cpu: number;
}

const PROGRAM = `
  const module = process.argv[1];
  if (module !== undefined) await import(module);
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ elapsed: performance.now(), cpu: (user + system) / 1000 }));
`;

/** @param module absolute path; without it only Node starts */
export function startProcess(
  environment: Readonly<Record<string, string>>,
  module?: string,
): Start {
  const args = ['--input-type=module', '--eval', PROGRAM];
  if (module !== undefined) args.push(pathToFileURL(module).href);
  const printed = execFileSync(process.execPath, args, { env: environment, encoding: 'utf8' });
  return JSON.parse(printed) as Start;
}

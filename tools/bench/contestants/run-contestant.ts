import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import type { BenchAws } from '../aws/bench-aws.ts';
import { type Counts, perUpload } from '../aws/counts.ts';
import type { ContestantName, Job } from '../jobs.ts';
import type { Measured } from '../measured.ts';
import type { Task } from './contestant-process.ts';
import type { Rivals } from './find-rivals.ts';
import { measureProgram } from './measure-program.ts';

const PROCESS = path.join(import.meta.dirname, 'contestant-process.ts');
const PILLOW = path.join(import.meta.dirname, 'pillow_handler.py');
const HANDLERS: readonly ContestantName[] = [
  'function',
  'sharp handler',
  'Pillow handler',
  'Pillow draft handler',
];

export interface Trial extends Measured {
  readonly requests?: Counts;
}

export interface RunOptions {
  readonly aws: BenchAws;
  readonly rivals: Rivals;
  /** An empty folder for what programs write. */
  readonly folder: string;
  /** Uploads before the measured ones. */
  readonly warmUps: number;
  readonly passes: number;
  /** Each message comes twice. */
  readonly twice?: boolean;
  /** File for a CPU profile of the measured uploads. */
  readonly profile?: string;
}

const runFile = promisify(execFile);
let runs = 0;

/** Why a contestant cannot do a job; it is left out of the job's table. */
export class CannotError extends Error {
  override name = 'CannotError';
}

/** The last sentence of what a program wrote, without paths. */
function reasonOf(error: unknown): string {
  const text = String((error as { stderr?: string }).stderr || error);
  const lines = text.split('\n').filter((line) => /(Error|error|Exception|ended with)/.test(line));
  const said = (lines.find((line) => /^\w*Error/.test(line)) ?? lines.at(-1) ?? text).trim();
  return said.replaceAll(/['"`]?\/[^\s'"`]+\//g, '').slice(0, 160);
}

/** A job with all its files, done by one contestant in a process of its own. @throws CannotError */
export async function runContestant(
  contestant: ContestantName,
  job: Job,
  files: readonly string[],
  options: RunOptions,
): Promise<Trial> {
  try {
    return await run(contestant, job, files, options);
  } catch (cause) {
    throw new CannotError(reasonOf(cause), { cause });
  }
}

async function run(
  contestant: ContestantName,
  job: Job,
  files: readonly string[],
  { aws, rivals, folder, warmUps, passes, twice, profile }: RunOptions,
): Promise<Trial> {
  const program = rivals.programs.find(({ name }) => name === contestant);
  if (program) return runProgram(program, job, files, folder);
  const task: Task = {
    ...{ contestant, job: job.id, files, passes, run: String(++runs), warmUps },
    ...(twice && { twice }),
    ...(profile !== undefined && { profile }),
    ...(rivals.ipx !== undefined && { rivals: rivals.ipx }),
  };
  const isHandler = HANDLERS.includes(contestant);
  // As the functions run: docs/architecture.md, "Memory".
  const variables = isHandler ? aws.environment(job) : { ...process.env, ...ALLOCATOR_VARIABLES };
  // Starts are not measured here: the next process does not compile the same code again.
  const env = { ...variables, NODE_COMPILE_CACHE: path.join(folder, 'compiled') };
  const { pages = 1, animated = false, outputs } = job;
  const [command, args] = contestant.startsWith('Pillow')
    ? [rivals.python ?? 'python3', [PILLOW, JSON.stringify({ ...task, pages, animated, outputs })]]
    : [process.execPath, [PROCESS, JSON.stringify(task)]];
  await aws.counts();
  const { stdout } = await runFile(command, args, { env, maxBuffer: 2 ** 26 });
  const measured = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured;
  if (!isHandler) return measured;
  const uploads = passes * files.length + warmUps;
  const requests = perUpload(await aws.counts(), uploads);
  return { ...measured, bytes: requests.bytesOut, requests };
}

async function runProgram(
  program: Rivals['programs'][number],
  job: Job,
  files: readonly string[],
  folder: string,
): Promise<Measured> {
  let [cpu, wall, peak] = [0, 0, 0];
  for (const file of files) {
    const outputs = await mkdtemp(path.join(folder, 'outputs-'));
    try {
      for (const args of program.argsOf(job, file, outputs)) {
        const took = await measureProgram(program.command, args);
        [cpu, wall, peak] = [cpu + took.cpu, wall + took.wall, Math.max(peak, took.peak)];
      }
    } finally {
      await rm(outputs, { recursive: true });
    }
  }
  return { cpu: cpu / files.length, wall: wall / files.length, peak, bytes: 0 };
}

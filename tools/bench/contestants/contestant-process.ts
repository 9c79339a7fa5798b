/** `node contestant-process.ts TASK`: does a job with each of its files, in a warm process, and prints what it took. */
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BALANCED, JOBS, QUALITY, type ContestantName, type Job } from '../jobs.ts';
import type { Measured } from '../measured.ts';
import { peakOf } from '../peak-memory.ts';
import type { DoJob } from './hand-written.ts';

/** What a process does, as JSON. */
export interface Task {
  readonly contestant: ContestantName;
  readonly job: string;
  readonly files: readonly string[];
  readonly passes: number;
  /** Prefix of the keys; a run does not find the outputs of another. */
  readonly run: string;
  /** Each message comes twice. */
  readonly twice?: boolean;
  /** Not measured before the passes: Node compiles the hot code. */
  readonly warmUps: number;
  readonly rivals?: string;
  /** File for a CPU profile of the measured passes. */
  readonly profile?: string;
}

const [given = ''] = process.argv.slice(2);
const task = JSON.parse(given) as Task;
const job = JOBS.find(({ id }) => id === task.job);
if (!job) throw new Error(`unknown job: ${task.job}`);

/** Prepares the upload of a pass; the work itself, which is measured, returns the bytes that it made. */
type Work = () => Promise<number>;
type Prepare = (file: string, pass: number) => Work | Promise<Work>;

function inMemory(doJob: DoJob): Prepare {
  return async (file) => {
    const source = await readFile(file);
    return async () => (await doJob(source)).reduce((sum, { bytes }) => sum + bytes.length, 0);
  };
}

async function onS3(own: Job): Promise<Prepare> {
  const { upload } = await import('./uploads.ts');
  const handle =
    task.contestant === 'function'
      ? await (await import('./whole-function.ts')).wholeFunction()
      : (await import('./sharp-handler.ts')).sharpHandler(own);
  return async (file, pass) => {
    const key = `${own.id}/${task.run}/${pass}-${path.basename(file)}`;
    await upload(file, key);
    return async () => {
      await handle(key);
      if (task.twice) await handle(key);
      return 0;
    };
  };
}

async function ipx(own: Job): Promise<Prepare> {
  const require = createRequire(path.join(task.rivals ?? '', 'package.json'));
  const entry = pathToFileURL(require.resolve('ipx')).href;
  const { createIPX, ipxFSStorage } = (await import(entry)) as {
    createIPX: (
      options: object,
    ) => (id: string, modifiers: object) => { process(): Promise<{ data: Buffer }> };
    ipxFSStorage: (options: object) => object;
  };
  if (own.pages !== undefined) throw new Error('it reads the first page only');
  const server = createIPX({ storage: ipxFSStorage({ dir: path.dirname(task.files[0] ?? '') }) });
  return (file) => async () => {
    let bytes = 0;
    for (const { width, height, fit, format } of own.outputs) {
      const size =
        height === undefined ? { width: String(width) } : { resize: `${width}x${height}`, fit };
      const modifiers = {
        ...size,
        format,
        ...(own.animated && { animated: 'true' }),
        ...((format === 'jpeg' || format === 'webp') && { quality: String(QUALITY) }),
      };
      const { data } = await server(path.basename(file), modifiers).process();
      bytes += data.length;
    }
    return bytes;
  };
}

async function prepareFor(own: Job): Promise<Prepare> {
  if (task.contestant === 'function' || task.contestant === 'sharp handler') return onS3(own);
  if (task.contestant === 'ipx') return ipx(own);
  // Each process carries the code of its contestant only: V8 collects all of it again and again.
  if (task.contestant === 'engine') return inMemory((await import('./engine.ts')).engine(own));
  const { decodeOnce, pipelinePerOutput } = await import('./hand-written.ts');
  return inMemory(task.contestant === 'floor' ? decodeOnce(own) : pipelinePerOutput(own, BALANCED));
}

const prepare = await prepareFor(job);
let [cpu, wall, bytes] = [0, 0, 0];
const session = new Session();
session.connect();
for (let pass = -task.warmUps; pass < 0; pass++)
  for (const file of task.files.slice(0, 1)) await (await prepare(file, pass))();
const passes = Array.from({ length: task.passes }, (_, pass) =>
  task.files.map((file) => ({ file, pass })),
).flat();
// A profile does not include the uploads themselves.
const prepared = new Map<object, Work>();
if (task.profile !== undefined) {
  for (const one of passes) prepared.set(one, await prepare(one.file, one.pass));
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
}
for (const one of passes) {
  const work = prepared.get(one) ?? (await prepare(one.file, one.pass));
  const began = performance.now();
  const before = process.cpuUsage();
  bytes += await work();
  const { user, system } = process.cpuUsage(before);
  cpu += (user + system) / 1e6;
  wall += (performance.now() - began) / 1000;
}
if (task.profile !== undefined)
  await writeFile(task.profile, JSON.stringify((await session.post('Profiler.stop')).profile));
const uploads = Math.max(1, task.passes * task.files.length);
const measured: Measured = {
  ...{ cpu: cpu / uploads, wall: wall / uploads, bytes: bytes / uploads },
  peak: peakOf(process.pid),
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
// Clients keep connections open.
process.exit();

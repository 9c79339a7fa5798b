import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readFile } from 'node:fs/promises';
import { type BenchAws, PACKAGE } from '../aws/bench-aws.ts';
import { SOURCE } from '../aws/buckets.ts';
import type { Job } from '../jobs.ts';
import type { ColdStart } from '../report.ts';
import { fastest, median } from '../statistics.ts';
import { buildBaseline } from './baseline.ts';

const RESIZER = path.resolve(PACKAGE, '../..');
const PROCESS = path.join(import.meta.dirname, 'cold-start-process.ts');
const runFile = promisify(execFile);

interface Mark {
  readonly name: string;
  readonly elapsed: number;
  readonly cpu: number;
}

/**
 * Starts the built package until its first outcome, compared with importing sharp and the S3 client. Both take turns.
 *
 * @param photo of the first upload
 */
export async function coldStart({
  aws,
  job,
  photo,
  starts,
}: {
  aws: BenchAws;
  job: Job;
  photo: string;
  starts: number;
}): Promise<ColdStart> {
  const baseline = await buildBaseline(RESIZER);
  const env = aws.environment(job);
  const s3 = new S3Client({ ...aws.host, forcePathStyle: true });
  const body = await readFile(photo);
  const start = async (args: readonly string[]) => {
    const { stdout } = await runFile(process.execPath, [PROCESS, ...args], { env });
    // The function writes its metrics before that.
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Mark[];
  };
  const [bases, ours]: [Mark[][], Mark[][]] = [[], []];
  for (let round = 0; round < starts; round++) {
    const key = `${job.id}/cold-${round}.jpg`;
    await s3.send(new PutObjectCommand({ Bucket: SOURCE, Key: key, Body: body }));
    bases.push(await start([baseline]));
    ours.push(await start([path.join(PACKAGE, 'index.mjs'), key]));
  }
  s3.destroy();
  const at = (runs: readonly Mark[][], name: string, of: 'elapsed' | 'cpu') =>
    runs.map((marks) => marks.find((one) => one.name === name)?.[of] ?? NaN);
  const phase = (label: string, runs: readonly Mark[][], name: string) => ({
    name: label,
    elapsed: median(at(runs, name, 'elapsed')),
    cpu: median(at(runs, name, 'cpu')),
  });
  return {
    phases: [
      phase('Node has started', ours, 'Node has started'),
      phase('sharp and the S3 client are imported, without Darkroom', bases, 'imported'),
      phase('the handler is ready', ours, 'imported'),
      phase('first outcome', ours, 'first outcome'),
    ],
    ratio: fastest(at(ours, 'imported', 'elapsed')) / fastest(at(bases, 'imported', 'elapsed')),
    cpuRatio: median(at(ours, 'imported', 'cpu')) / median(at(bases, 'imported', 'cpu')),
    starts,
  };
}

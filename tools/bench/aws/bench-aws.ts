import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { formatEnvironment, parseSettings, transportRecipes } from '@darkroom/pipeline';
import { ALLOCATOR_VARIABLES } from '@darkroom/transforms';
import { type Job, recipeOf } from '../jobs.ts';
import { PROCESSED, SOURCE } from './buckets.ts';
import type { Counts } from './counts.ts';

const PROCESS = path.join(import.meta.dirname, 'aws-process.ts');
/** The built package. */
export const PACKAGE = path.resolve(import.meta.dirname, '../../../apps/resizer/dist/host');
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** S3 and SQS on loopback. */
export class BenchAws {
  readonly #process: ChildProcess;
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;

  private constructor(child: ChildProcess, endpoint: string, queueUrls: readonly string[]) {
    this.#process = child;
    this.endpoint = endpoint;
    [this.queueUrl = '', this.deadLetterQueueUrl = ''] = queueUrls;
  }

  static async start(): Promise<BenchAws> {
    const child = fork(PROCESS);
    const [{ endpoint, queueUrls }] = (await once(child, 'message')) as [
      { endpoint: string; queueUrls: string[] },
    ];
    return new BenchAws(child, endpoint, queueUrls);
  }

  /** Options of clients and of the local Lambda. */
  get host() {
    return { endpoint: this.endpoint, region: 'us-east-1', credentials: CREDENTIALS };
  }

  /** Requests since the last call. */
  async counts(): Promise<Counts> {
    this.#process.send('counts');
    const [counts] = (await once(this.#process, 'message')) as [Counts];
    return counts;
  }

  /** Uploads whose manifests were written since the last call, and when. */
  async outcomes(): Promise<readonly (readonly [key: string, at: number])[]> {
    this.#process.send('outcomes');
    const [outcomes] = (await once(this.#process, 'message')) as [[string, number][]];
    return outcomes;
  }

  /** The variables of the deployed function. */
  functionEnvironment(job: Job): Record<string, string> {
    const recipes = [recipeOf(job)];
    const names = { sourceBucket: SOURCE, processedBucket: PROCESSED };
    return formatEnvironment(
      parseSettings({ recipes }, 'the benchmark'),
      transportRecipes(recipes),
      {
        ...names,
        queueUrl: this.queueUrl,
        deadLetterQueueUrl: this.deadLetterQueueUrl,
      },
    );
  }

  /** All variables of a process that handles uploads of a job. */
  environment(job: Job): Record<string, string> {
    return {
      ...this.functionEnvironment(job),
      ...ALLOCATOR_VARIABLES,
      PATH: process.env['PATH'] ?? '',
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_LAMBDA_FUNCTION_NAME: 'resizer',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      LAMBDA_TASK_ROOT: PACKAGE,
    };
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }
}

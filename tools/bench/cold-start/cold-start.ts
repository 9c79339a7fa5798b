import path from 'node:path';
import {
  formatEnvironment,
  parseSettings,
  transportRecipes,
  type SettingsInput,
} from '@darkroom/pipeline';
import { fastest, median } from '../statistics.ts';
import { buildBaseline } from './baseline.ts';
import { startProcess, type Start } from './start.ts';

const RESIZER = path.resolve(import.meta.dirname, '../../../apps/resizer');
const ROUNDS = 20;

const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];
const environment = {
  ...formatEnvironment(parseSettings({ recipes }, 'the benchmark'), transportRecipes(recipes), {
    sourceBucket: 'source',
    processedBucket: 'processed',
    queueUrl: 'http://127.0.0.1/queue',
    deadLetterQueueUrl: 'http://127.0.0.1/dead-letters',
  }),
  AWS_REGION: 'us-east-1',
};

/**
 * Time until the handler is ready in a fresh process (`apps/resizer/dist/host`), compared with sharp and the S3 client
 * alone. All take turns: a busy machine slows each of them.
 */
export async function coldStart({
  rounds = ROUNDS,
}: {
  readonly rounds?: number;
}): Promise<string> {
  const modules = {
    'Node alone': undefined,
    'sharp and the S3 client': await buildBaseline(RESIZER),
    'the handler': path.join(RESIZER, 'dist/host/index.mjs'),
  };
  const starts = new Map<string, Start[]>(Object.keys(modules).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, module] of Object.entries(modules))
      starts.get(name)?.push(startProcess(environment, module));
  return [
    ...[...starts].map(([name, measured]) => `  ${name.padEnd(24)} ${describe(measured)}`),
    `  the handler is ready after ${ratio(starts, fastest)} times the time (fastest of ${rounds}; medians ${ratio(starts, median)})`,
  ].join('\n');
}

function describe(starts: readonly Start[]): string {
  const elapsed = starts.map((start) => start.elapsed);
  const cpu = starts.map((start) => start.cpu);
  const columns = { fastest: fastest(elapsed), median: median(elapsed), 'median CPU': median(cpu) };
  return Object.entries(columns)
    .map(([name, milliseconds]) => `${name} ${milliseconds.toFixed(0).padStart(4)} ms`)
    .join('   ');
}

function ratio(
  starts: ReadonlyMap<string, readonly Start[]>,
  of: (numbers: readonly number[]) => number,
): string {
  const time = (name: string) => of((starts.get(name) ?? []).map(({ elapsed }) => elapsed));
  return (time('the handler') / time('sharp and the S3 client')).toFixed(2);
}

import { S3Client } from '@aws-sdk/client-s3';
import { DemoError, findStack } from './find-stack.ts';
import { showProgress } from './progress.ts';
import { readFolder } from './read-folder.ts';
import { judge, report } from './report.ts';
import { runSamples } from './run-samples.ts';
import { paintSamples } from './samples.ts';

/** For all samples together, ms: seconds on a laptop, and a slow machine has its time. */
const TIME_LIMIT_MS = 180_000;

const USAGE = `Usage: npm run demo [-- FOLDER]
Uploads the files of FOLDER, or samples of our own, and shows what becomes of them.`;

/** @returns the exit code */
async function main([folder, ...more]: readonly string[]): Promise<number> {
  if (folder === '--help' || more.length > 0) {
    console.log(USAGE);
    return folder === '--help' ? 0 : 1;
  }
  const url = `http://127.0.0.1:${process.env['DARKROOM_PORT'] ?? '4400'}`;
  const files = folder === undefined ? undefined : await readFolder(folder);
  const stack = await findStack(url, () => console.log('Darkroom is starting…'));
  const samples = files ?? (await paintSamples());
  const prefix = `${stack.recipes[0]?.match.prefix ?? ''}demo/`;
  console.log(
    `Uploading ${samples.length} files to s3://${stack.sourceBucket}/${prefix}; ${url} shows them`,
  );

  const s3 = new S3Client({
    endpoint: stack.endpoint,
    region: stack.region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const started = performance.now();
  const progress = showProgress(samples.length);
  try {
    const results = await runSamples({
      s3,
      stack,
      prefix,
      samples,
      timeLimitMs: TIME_LIMIT_MS,
      onUploaded: progress.uploaded,
      onOutcome: progress.outcome,
    }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DemoError(`S3 at ${stack.endpoint} failed: ${why}`, { cause });
    });
    progress.stop();
    console.log(report(results, performance.now() - started));
    return results.every((result) => judge(result).good) ? 0 : 1;
  } finally {
    progress.stop();
    s3.destroy();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof DemoError ? error.message : error);
  process.exitCode = 1;
}

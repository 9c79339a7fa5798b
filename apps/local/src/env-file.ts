import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { StackInfo } from '@darkroom/console-api';

/** The embedded AWS accepts any credentials. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * Writes `env` in the data directory, for applications that use the local stack: `node --env-file`, Docker and shells
 * read it. Replaces the file of an earlier start atomically.
 *
 * @param url of the console
 */
export async function writeEnvFile(dataDir: string, info: StackInfo, url: string): Promise<void> {
  const variables = {
    AWS_ENDPOINT_URL: info.endpoint,
    AWS_REGION: info.region,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    DARKROOM_URL: url,
    DARKROOM_SOURCE_BUCKET: info.sourceBucket,
    DARKROOM_PROCESSED_BUCKET: info.processedBucket,
    DARKROOM_QUEUE_URL: info.queueUrl,
    DARKROOM_DEAD_LETTER_QUEUE_URL: info.deadLetterQueueUrl,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  const file = path.join(dataDir, 'env');
  await writeFile(`${file}.new`, lines.join(''), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Returns the console's URL from the `env` file of the latest start, if there was one. */
export async function lastConsoleUrl(dataDir: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataDir, 'env'), 'utf8').catch(() => '');
  return parseEnv(text)['DARKROOM_URL'];
}

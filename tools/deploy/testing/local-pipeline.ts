import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Outputs } from '../pulumi.ts';
import { CHECKOUT } from './fake-workspace.ts';

const CONSOLE = /Console +(http:\S+)/;

/** The pipeline of the stack `local`, in a process of its own: what `pulumi up` would have deployed. */
export async function localPipeline(): Promise<Outputs> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-deploy-data-'));
  const child = spawn(process.execPath, [path.join(CHECKOUT, 'apps/local/src/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DARKROOM_PORT: '0',
      DARKROOM_AWS_PORT: '0',
      DARKROOM_STRICT: '1',
      DARKROOM_DATA_DIR: dataDir,
    },
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(dataDir, { recursive: true, force: true });
  });
  const api = await consoleOf(child.stdout);
  const response = await fetch(`${api}/api/stack`);
  const stack = (await response.json()) as Outputs & { endpoint: string };
  vi.stubEnv('AWS_ENDPOINT_URL_S3', stack.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return { ...stack, functionName: 'resizer', dashboardUrl: `${api}/` };
}

/** Later output is read and discarded, because a full pipe would block the process. */
function consoleOf(output: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    output.on('data', (chunk) => {
      if (CONSOLE.test(said)) return;
      said += String(chunk);
      const [, url] = CONSOLE.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    output.once('end', () => reject(new Error(`The local stack ended: ${said}`)));
  });
}

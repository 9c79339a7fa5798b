import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RuntimeApi } from './runtime-api.ts';
import { fixture } from './testing/fixtures.ts';

test('runs alone: one file, no packages beside it, nothing but the runtime API', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bootstrap-'));
  const bootstrap = path.join(folder, 'bootstrap.mjs');
  await copyFile(fileURLToPath(new URL('./bootstrap.mjs', import.meta.url)), bootstrap);
  const api = await RuntimeApi.listen();
  const child = spawn(process.execPath, [bootstrap], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      AWS_LAMBDA_RUNTIME_API: api.address,
      LAMBDA_TASK_ROOT: fixture('act').codeDirectory,
      _HANDLER: 'index.handler',
    },
  });
  try {
    expect(await api.initialised).toBeUndefined();
    await api.invoke({
      requestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
      payload: JSON.stringify({ act: 'answer', value: 'alone' }),
      deadlineMs: Date.now() + 60_000,
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:act',
      traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
    });
    expect(api.outcome).toEqual({ payload: '"alone"' });
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    api.close();
    await rm(folder, { recursive: true });
  }
});

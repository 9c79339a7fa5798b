import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  formatEnvironment,
  parseSettings,
  transportRecipes,
  type SettingsInput,
} from '@darkroom/pipeline';
import { CHECKOUT } from '../testing/workspace.ts';
import { startLambda } from '@darkroom/local-lambda';
import { bundleHandlerWithDefects } from '../planted-defects/bundle-handler.ts';
import type { Stage } from '../planted-defects/scenarios.ts';
import { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import { Application } from '../testbed/application.ts';
import { startMoto } from './moto-server.ts';
import { CREDENTIALS, provision, REGION } from './provision.ts';

const GRACE_MS = 10_000;

/** The function on another emulator than ours, behind the proxy. */
export async function startFunctionOnMoto(
  pipeline: SettingsInput,
): Promise<Stage & { stop(): Promise<void> }> {
  const moto = await startMoto();
  const codeDirectory = await mkdtemp(path.join(tmpdir(), 'darkroom-second-opinion-'));
  await bundleHandlerWithDefects(path.join(codeDirectory, 'index.mjs'));
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(codeDirectory, 'node_modules'));
  const { info, queueArn } = await provision(moto.endpoint, pipeline);
  const proxy = await FaultProxy.start({ next: () => undefined });
  proxy.connect(moto.endpoint, info);
  const settings = parseSettings(pipeline, 'the second opinion');
  const endpoint = proxy.endpoint('function');
  const environment = formatEnvironment(settings, transportRecipes(pipeline.recipes), {
    ...info,
    queueUrl: info.queueUrl.replace(moto.endpoint, endpoint),
    deadLetterQueueUrl: info.deadLetterQueueUrl.replace(moto.endpoint, endpoint),
  });
  const lambda = await startLambda({
    ...{ endpoint, region: REGION, credentials: CREDENTIALS, maxConcurrency: 2 },
    functions: [
      {
        ...{ name: 'resizer', arn: `arn:aws:lambda:${REGION}:123456789012:function:resizer` },
        ...{ codeDirectory, handler: 'index.handler', runtime: 'nodejs24.x', environment },
        ...{ timeoutSeconds: settings.function.timeout, memoryMiB: settings.function.memory },
      },
    ],
    mappings: [
      {
        ...{ id: 'uploads', queueUrl: info.queueUrl, queueArn, functionName: 'resizer' },
        ...{ batchSize: settings.queue.batchSize, batchWindowSeconds: 0 },
        reportBatchItemFailures: true,
      },
    ],
    onLog: () => undefined,
  });
  const application = new Application(proxy.endpoint('application'), info);
  return {
    ...{ application, info, proxy },
    stack: {
      pids: () => Promise.resolve({ stack: 0, functions: lambda.pids() }),
      killFunction() {
        const [pid] = lambda.pids();
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        return Promise.resolve(pid !== undefined);
      },
    },
    async stop() {
      application.close();
      await lambda.stop(GRACE_MS);
      await proxy.stop();
      await moto.stop();
      await rm(codeDirectory, { recursive: true, force: true });
    },
  };
}

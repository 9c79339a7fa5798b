import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import type { StackInfo } from '@darkroom/console-api';
import { createWorkspace } from '../testing/workspace.ts';
import { FaultProxy } from '../fault-proxy/fault-proxy.ts';
import type { Faults } from '../fault-proxy/faults.ts';
import { RestartableStack } from './restartable-stack.ts';
import { Application } from './application.ts';

export interface TestbedOptions {
  readonly pipeline: SettingsInput;
  readonly faults: Faults;
  /** Execution environments. */
  readonly concurrency: number;
  /** Writes another handler than the built one to this file. */
  readonly makeHandler?: (file: string) => Promise<void>;
}

/** The local stack in a process of its own behind the fault proxy, and an application that uses it. */
export interface Testbed {
  readonly proxy: FaultProxy;
  readonly stack: RestartableStack;
  readonly info: StackInfo;
  readonly application: Application;
  stop(): Promise<void>;
}

export async function startTestbed(options: TestbedOptions): Promise<Testbed> {
  const { pipeline, faults, concurrency, makeHandler } = options;
  const workspace = await createWorkspace();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-chaos-'));
  const proxy = await FaultProxy.start(faults);
  const handlerFile = path.join(workspace.directory, 'planted.mjs');
  const clean = async () => {
    await proxy.stop();
    await workspace.remove();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await makeHandler?.(handlerFile);
    await workspace.writeStack('chaos', pipeline);
    const stack = await RestartableStack.start(proxy, {
      ...{ workspace: workspace.directory, stack: 'chaos', dataDir, concurrency },
      ...(makeHandler && { handlerFile }),
    });
    const info = await stack.info();
    const application = new Application(proxy.endpoint('application'), info);
    return {
      ...{ proxy, stack, info, application },
      async stop() {
        application.close();
        await stack.kill();
        await clean();
      },
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

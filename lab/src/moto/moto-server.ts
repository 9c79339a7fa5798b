import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const COMMAND = 'moto_server';
const PAUSE_MS = 100;

/** Whether moto (https://docs.getmoto.org), an emulator that others wrote, is on the `PATH`. */
export const HAS_MOTO = spawnSync(COMMAND, ['--help'], { stdio: 'ignore' }).status === 0;

export const REGION = 'us-east-1';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface MotoServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @throws Error if it ends before it responds */
export async function startMoto(): Promise<MotoServer> {
  const port = await freePort();
  const child = spawn(COMMAND, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(endpoint).catch(() => undefined)) !== undefined;
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`${COMMAND} ended: ${child.exitCode}`);
    await delay(PAUSE_MS);
  }
  return {
    endpoint,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The whole local stack as a process that can be killed. The parent controls it over Node's IPC. */
import { startLocalStack, type LocalStack } from '@darkroom/local';
import { throughProxy } from './function-behind-proxy.ts';
import type { FromStack, StackRun, ToStack } from './stack-messages.ts';

const GRACE_MS = 10_000;

let local: LocalStack | undefined;

function send(message: FromStack): void {
  process.send?.(message);
}

async function run(options: StackRun): Promise<void> {
  const { workspace, stack, dataDir } = options;
  try {
    local = await startLocalStack(
      { workspace, stack, dataDir, port: 0, awsPort: 0, strict: true },
      {
        adjustLambda: (lambda) => throughProxy(lambda, options),
        onFunctionLog: (line) => {
          if (line.includes('"INTERNAL"')) send({ kind: 'problem', line });
        },
      },
    );
    send({ kind: 'ready', info: local.info, recovered: local.recovered });
  } catch (error) {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

function kill(which: number): void {
  const pids = local?.lambda.pids() ?? [];
  const pid = pids[Math.floor(which * pids.length)];
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  send({ kind: 'killed', pid: pid ?? null });
}

process.on('message', (message: ToStack) => {
  switch (message.kind) {
    case 'run':
      return void run(message.run);
    case 'kill':
      return kill(message.which);
    case 'pids':
      return send({ kind: 'pids', pids: local?.lambda.pids() ?? [] });
    case 'stop':
      return void local?.stop(GRACE_MS).then(() => process.exit(0));
  }
});
// End with the parent process.
process.on('disconnect', () => process.exit(1));

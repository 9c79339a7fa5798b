/** The program's side of `program.ts`: everything that the program asks of Pulumi's engine goes to the host. */
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type * as Pulumi from '@pulumi/pulumi';
import type * as Rpc from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import {
  METHODS,
  type Method,
  type ProgramData,
  type ProgramError,
  type ProgramMessage,
  type ProgramReply,
} from './messages.ts';

type Callback = (error: Error | null, response?: unknown) => void;

/** gRPC's status codes. `UNAVAILABLE` would make the SDK wait without a limit. */
const UNKNOWN = 2;
const UNIMPLEMENTED = 12;

const data = workerData as ProgramData;
if (!parentPort) throw new Error('this module runs in a worker');
const port = parentPort;

const { runtime, ResourceMonitorService } = await programSdk();

const pending = new Map<number, { method: Method; callback: Callback }>();
let calls = 0;

function call(method: Method, request: { serializeBinary(): Uint8Array }, callback: Callback) {
  calls += 1;
  pending.set(calls, { method, callback });
  post({ kind: 'call', id: calls, method, bytes: request.serializeBinary() });
  // Only a pending call keeps the thread alive: a program that waits for nothing else ends, and is found out.
  port.ref();
}

port.on('message', (reply: ProgramReply) => {
  const waiting = pending.get(reply.id);
  if (!waiting) return;
  pending.delete(reply.id);
  if (pending.size === 0) port.unref();
  if ('error' in reply) waiting.callback(grpcError(reply.error, UNKNOWN));
  else waiting.callback(null, METHODS[waiting.method].response.deserializeBinary(reply.bytes));
});
port.unref();

const monitor: Record<string, unknown> = { close: () => undefined };
for (const name of Object.keys(ResourceMonitorService)) {
  monitor[name] =
    name in METHODS
      ? call.bind(undefined, name as Method)
      : (_request: unknown, callback: Callback) =>
          callback(grpcError(`the local engine has no ${name}`, UNIMPLEMENTED));
}

// One failed resource makes hundreds of these, and by Node's default the first would end the thread.
let unhandled: { error: ProgramError } | undefined;
process.on('unhandledRejection', (reason) => {
  unhandled ??= { error: errorOf(reason) };
});

runtime.setAllConfig({ ...data.config }, []);
runtime.setMockOptions(monitor, data.project, data.stack, false, 'local');

/** The program's own Pulumi: settings of another copy would not reach it. */
async function programSdk(): Promise<
  Pick<typeof Pulumi, 'runtime'> & Pick<typeof Rpc, 'ResourceMonitorService'>
> {
  if (data.sdk !== undefined)
    return (await import(pathToFileURL(data.sdk).href)) as Awaited<ReturnType<typeof programSdk>>;
  const programRequire = createRequire(data.entry);
  const { runtime } = programRequire('@pulumi/pulumi') as typeof Pulumi;
  const rpc = programRequire('@pulumi/pulumi/proto/resource_grpc_pb') as typeof Rpc;
  return { runtime, ResourceMonitorService: rpc.ResourceMonitorService };
}

async function main(): Promise<void> {
  let failure: { error: ProgramError } | undefined;
  try {
    await runtime.runInPulumiStack(runEntry);
  } catch (error) {
    failure = { error: errorOf(error) };
  }
  // The outputs may be known long before the last resource is registered.
  await runtime.disconnect(failure === undefined);
  // Node reports unhandled rejections once the microtasks are done.
  await setImmediate();
  // The host takes what is printed piece by piece, and ends the thread once it is done.
  for (const stream of [process.stdout, process.stderr])
    await new Promise((resolve) => stream.write('', resolve));
  post({ kind: 'done', error: (failure ?? unhandled)?.error });
}

/** As Pulumi's language host: a default export is the program, and called if it is a function. */
async function runEntry(): Promise<Record<string, unknown>> {
  const module = (await import(pathToFileURL(data.entry).href)) as Record<string, unknown>;
  const program = 'default' in module ? module['default'] : module;
  const outputs: unknown =
    typeof program === 'function' ? await (program as () => unknown)() : program;
  return (outputs ?? {}) as Record<string, unknown>;
}

function post(message: ProgramMessage): void {
  port.postMessage(message);
}

function grpcError(message: string, code: number): Error {
  return Object.assign(new Error(message), { code, details: message });
}

function errorOf(thrown: unknown): ProgramError {
  return thrown instanceof Error
    ? { message: thrown.message, stack: thrown.stack }
    : { message: String(thrown) };
}

// Not awaited: a program that never settles lets the thread end, and the host sees that.
void main();

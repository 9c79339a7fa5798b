import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import engineServices from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engine from '@pulumi/pulumi/proto/engine_pb.js';
import resourceServices from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { DeploymentError, messageOf } from '../deployment-error.ts';
import { METHODS, type Monitor } from '../messages.ts';
import type { runProgram } from '../program.ts';

/** The exit code of the language host after it has reported an error (`cmd/run/error.js`). */
const REPORTED_ERROR = 32;

/**
 * `runProgram` by Pulumi's own language host: the program in a process of `@pulumi/pulumi/cmd/run`, which talks to
 * the monitor over gRPC, as below `pulumi up`.
 */
export const runByLanguageHost: typeof runProgram = async (data, monitor, onLine) => {
  const server = new grpc.Server();
  server.addService(resourceServices.ResourceMonitorService, monitorService(monitor));
  server.addService(engineServices.EngineService, engineService(onLine));
  const bind = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
    error ? bind.reject(error) : bind.resolve(port),
  );
  const address = `127.0.0.1:${await bind.promise}`;
  try {
    const { entry, project, stack, config } = data;
    const host = createRequire(entry).resolve('@pulumi/pulumi/cmd/run');
    const flags = { project, stack, monitor: address, engine: address, pwd: path.dirname(entry) };
    const child = spawn(
      process.execPath,
      [host, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`), entry],
      {
        stdio: 'inherit',
        env: { PATH: process.env['PATH'], PULUMI_CONFIG: JSON.stringify(config) },
      },
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code === 0) return undefined;
    const why = code === REPORTED_ERROR ? 'reported an error' : `ended with ${code}`;
    return new DeploymentError('PROGRAM_FAILED', `the program ${entry} ${why}`);
  } finally {
    server.forceShutdown();
  }
};

type Service = grpc.UntypedServiceImplementation;
type Handler = grpc.handleUnaryCall<unknown, unknown>;

function monitorService(monitor: Monitor): Service {
  return serviceOf(Object.keys(resourceServices.ResourceMonitorService), (name) => {
    if (!(name in METHODS)) return undefined;
    return ({ request }) => monitor[name as keyof Monitor](request as never);
  });
}

function engineService(onLine: (line: string) => void): Service {
  const methods: Record<
    string,
    (call: grpc.ServerUnaryCall<unknown, unknown>) => Promise<unknown>
  > = {
    log({ request }) {
      onLine((request as InstanceType<typeof engine.LogRequest>).getMessage().trimEnd());
      return Promise.resolve(new empty.Empty());
    },
    setRootResource: () => Promise.resolve(new engine.SetRootResourceResponse()),
  };
  return serviceOf(Object.keys(engineServices.EngineService), (name) => methods[name]);
}

function serviceOf(
  names: readonly string[],
  methodOf: (
    name: string,
  ) => ((call: grpc.ServerUnaryCall<unknown, unknown>) => Promise<unknown>) | undefined,
): Service {
  const handlers = names.map((name): [string, Handler] => {
    const method = methodOf(name);
    if (!method) {
      const error = { code: grpc.status.UNIMPLEMENTED, details: `no ${name} here` };
      return [name, (_call, callback) => callback(error)];
    }
    return [
      name,
      (call, callback) => {
        method(call).then(
          (response) => callback(null, response),
          (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: messageOf(error) }),
        );
      },
    ];
  });
  return Object.fromEntries(handlers);
}

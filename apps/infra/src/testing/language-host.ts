import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import engineService from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engine from '@pulumi/pulumi/proto/engine_pb.js';
import monitorService from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import monitor from '@pulumi/pulumi/proto/resource_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import struct from 'google-protobuf/google/protobuf/struct_pb.js';
import { create, invoke, readExisting, type Properties, type Registered } from './provider.ts';
import { readProject, stackConfig, workspace } from './stack-files.ts';

export interface HostedProgram {
  readonly exitCode: number | null;
  readonly resources: readonly Registered[];
  /** What the program returned. */
  readonly outputs: Properties;
  /** What it told the engine: warnings and errors. */
  readonly messages: readonly string[];
}

const FEATURES = monitor.ResourceMonitorFeature;

/**
 * Runs the program of `Pulumi.yaml` as `pulumi up` does, by Pulumi's own language host in a process of its own; an
 * engine of a few lines, over gRPC, answers it.
 */
export async function runInLanguageHost(
  stack: string,
  config: Readonly<Record<string, string>> = stackConfig(stack),
  { preview = false }: { readonly preview?: boolean } = {},
): Promise<HostedProgram> {
  const resources: Registered[] = [];
  const messages: string[] = [];
  let outputs: Properties = {};
  const server = new grpc.Server();
  // Other methods answer UNIMPLEMENTED.
  server.addService(monitorService.ResourceMonitorService, {
    getDeploymentInfo: answer(() =>
      new monitor.DeploymentInfo().setSupportedfeaturesList([
        FEATURES.RESOURCE_MONITOR_FEATURE_SECRETS,
        FEATURES.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
        FEATURES.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
      ]),
    ),
    registerPackage: answer(() => new monitor.RegisterPackageResponse().setRef('aws')),
    registerResource: answer((request: InstanceType<typeof monitor.RegisterResourceRequest>) => {
      const resource = {
        type: request.getType(),
        name: request.getName(),
        inputs: properties(request.getObject()),
      };
      resources.push(resource);
      // In the first preview only the inputs are known.
      const { id, state } = preview ? { id: '', state: resource.inputs } : create(resource);
      return new monitor.RegisterResourceResponse()
        .setUrn(`urn:pulumi:${stack}::darkroom::${resource.type}::${resource.name}`)
        .setId(id)
        .setObject(toStruct(state))
        .setResult(monitor.Result.SUCCESS);
    }),
    readResource: answer((request: InstanceType<typeof monitor.ReadResourceRequest>) =>
      new monitor.ReadResourceResponse()
        .setUrn(`urn:pulumi:${stack}::darkroom::${request.getType()}::${request.getName()}`)
        .setProperties(toStruct(readExisting(request.getType(), request.getId())))
        .setResult(monitor.Result.SUCCESS),
    ),
    registerResourceOutputs: answer(
      (request: InstanceType<typeof monitor.RegisterResourceOutputsRequest>) => {
        if (request.getUrn().includes('pulumi:pulumi:Stack'))
          outputs = properties(request.getOutputs());
        return new empty.Empty();
      },
    ),
    invoke: answer((request: InstanceType<typeof monitor.ResourceInvokeRequest>) =>
      new monitor.ResourceInvokeResponse().setReturn(
        toStruct(invoke(request.getTok(), properties(request.getArgs()))),
      ),
    ),
    signalAndWaitForShutdown: answer(() => new empty.Empty()),
  });
  server.addService(engineService.EngineService, {
    log: answer((request: InstanceType<typeof engine.LogRequest>) => {
      if (request.getSeverity() >= engine.LogSeverity.WARNING) messages.push(request.getMessage());
      return new empty.Empty();
    }),
    setRootResource: answer(() => new engine.SetRootResourceResponse()),
  });
  const port = await listen(server);
  try {
    const exitCode = await runProgram(stack, `127.0.0.1:${port}`, config, preview);
    return {
      exitCode,
      resources: resources.filter(({ type }) => type !== 'pulumi:pulumi:Stack'),
      outputs,
      messages,
    };
  } finally {
    server.forceShutdown();
  }
}

/** As `pulumi-language-nodejs` starts it: in the folder of `main`, without its TypeScript compiler. */
function runProgram(
  stack: string,
  address: string,
  config: Readonly<Record<string, string>>,
  preview: boolean,
): Promise<number | null> {
  const { name, main } = readProject();
  const entry = path.join(workspace, main);
  const child = spawn(
    process.execPath,
    [
      createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run'),
      `--project=${name}`,
      `--stack=${stack}`,
      '--parallel=16',
      ...(preview ? ['--dry-run'] : []),
      `--monitor=${address}`,
      `--engine=${address}`,
      `--pwd=${path.dirname(entry)}`,
      path.basename(entry),
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        PULUMI_NODEJS_TYPESCRIPT: 'false',
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: '[]',
      },
    },
  );
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
}

function answer<Request, Response>(
  handle: (request: Request) => Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      callback(null, handle(call.request));
    } catch (error) {
      callback({ code: grpc.status.UNKNOWN, details: String(error) });
    }
  };
}

function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

function properties(value: InstanceType<typeof struct.Struct> | undefined): Properties {
  return value?.toJavaScript() ?? {};
}

function toStruct(value: Properties): InstanceType<typeof struct.Struct> {
  return struct.Struct.fromJavaScript(value as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}

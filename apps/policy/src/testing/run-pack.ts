import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as grpc from '@grpc/grpc-js';
import analyzerService from '@pulumi/pulumi/proto/analyzer_grpc_pb.js';
import analyzer from '@pulumi/pulumi/proto/analyzer_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import struct from 'google-protobuf/google/protobuf/struct_pb.js';
import type { Resource } from '../stack.ts';

const PACK = path.resolve(import.meta.dirname, '../..');

export interface Diagnostic {
  readonly policy: string;
  readonly message: string;
  readonly urn: string;
  readonly isMandatory: boolean;
}

/** The pack in a process of its own, asked as Pulumi's engine asks. */
export interface RunningPack {
  /** Names of its policies. */
  policies(): Promise<string[]>;
  /** As at the end of a preview or an update. */
  analyze(resources: readonly Resource[]): Promise<Diagnostic[]>;
  stop(): void;
}

/** Starts the pack as `pulumi preview --policy-pack` does: by Pulumi's own host, which prints the pack's port. */
export async function runPack(): Promise<RunningPack> {
  const host = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run-policy-pack');
  const child = spawn(process.execPath, [host, '127.0.0.1:0', PACK], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let port: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    port = line;
    break;
  }
  if (port === undefined) throw new Error('The policy pack ended before it told its port');
  const client = new analyzerService.AnalyzerClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  );
  return {
    async policies() {
      const info = await call<InstanceType<typeof analyzer.AnalyzerInfo>>((done) =>
        client.getAnalyzerInfo(new empty.Empty(), done),
      );
      return info.getPoliciesList().map((policy) => policy.getName());
    },
    async analyze(resources) {
      const request = new analyzer.AnalyzeStackRequest().setResourcesList(resources.map(message));
      const response = await call<InstanceType<typeof analyzer.AnalyzeResponse>>((done) =>
        client.analyzeStack(request, done),
      );
      return response.getDiagnosticsList().map((diagnostic) => ({
        policy: diagnostic.getPolicyname(),
        message: diagnostic.getMessage(),
        urn: diagnostic.getUrn(),
        isMandatory: diagnostic.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY,
      }));
    },
    stop() {
      client.close();
      child.kill('SIGKILL');
    },
  };
}

function message(resource: Resource): InstanceType<typeof analyzer.AnalyzerResource> {
  const properties = struct.Struct.fromJavaScript(
    JSON.parse(JSON.stringify(resource.properties)) as Parameters<
      typeof struct.Struct.fromJavaScript
    >[0],
  );
  const made = new analyzer.AnalyzerResource()
    .setType(resource.type)
    .setName(resource.name)
    .setUrn(resource.id)
    .setProperties(properties)
    .setOptions(new analyzer.AnalyzerResourceOptions().setProtect(resource.protect));
  for (const [property, urns] of Object.entries(resource.sources ?? {}))
    made
      .getPropertydependenciesMap()
      .set(property, new analyzer.AnalyzerPropertyDependencies().setUrnsList([...urns]));
  return made;
}

function call<T>(ask: (done: (error: Error | null, answer: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
  });
}

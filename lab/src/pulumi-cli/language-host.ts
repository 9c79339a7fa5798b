/**
 * A language host for Node.js programs, plugins, policy packs and SDKs, as the CLI expects one (`pulumi-language-nodejs`).
 * Pulumi's own host is part of its installers only. The CLI attaches to it by `PULUMI_DEBUG_LANGUAGES`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { ServerWritableStream } from '@grpc/grpc-js';
import languageService from '@pulumi/pulumi/proto/language_grpc_pb.js';
import language from '@pulumi/pulumi/proto/language_pb.js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { builtProgram } from './cli.ts';
import { answer, type GrpcServer } from './grpc-server.ts';

type Run = InstanceType<typeof language.RunRequest>;
type Plugin = InstanceType<typeof language.RunPluginRequest>;

/** The exit code of Pulumi's program host after it has reported the error to the engine. */
const REPORTED = 32;
const { resolve } = createRequire(import.meta.url);

/** Languages of SDKs that the rig generates. It runs programs of Node.js only. */
export const LANGUAGES = ['nodejs', 'python', 'go'] as const;

export function addLanguageHost(server: GrpcServer, runtime: (typeof LANGUAGES)[number]): void {
  // The engine that a command starts passes its address in the handshake.
  let engine = '';
  const children = new Set<ChildProcess>();
  const start = (module: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, [resolve(module), ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Node strips the types of TypeScript itself.
      env: { ...process.env, ...env, PULUMI_NODEJS_TYPESCRIPT: 'false' },
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  server.addService(languageService.LanguageRuntimeService, {
    handshake: answer((request: InstanceType<typeof language.LanguageHandshakeRequest>) => {
      engine = request.getEngineAddress();
      return new language.LanguageHandshakeResponse();
    }),
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion('1.0.0')),
    getRequiredPackages: answer(() => new language.GetRequiredPackagesResponse()),
    getRequiredPlugins: answer(() => new language.GetRequiredPluginsResponse()),
    getProgramDependencies: answer(() => new language.GetProgramDependenciesResponse()),
    about: answer(() =>
      new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    // The tests install dependencies themselves.
    installDependencies: (call: ServerWritableStream<unknown, unknown>) => call.end(),
    generatePackage: answer(
      async (request: InstanceType<typeof language.GeneratePackageRequest>) => {
        const generator = spawn(builtProgram('sdk-generator'), [
          runtime,
          request.getDirectory(),
          request.getLoaderTarget(),
        ]);
        generator.stdin.end(request.getSchema());
        const closed = once(generator, 'close') as Promise<[number | null]>;
        const [[code], said] = await Promise.all([closed, text(generator.stderr)]);
        if (code !== 0) throw new Error(`sdk-generator failed: ${said}`);
        return new language.GeneratePackageResponse();
      },
    ),
    link: answer(async (request: InstanceType<typeof language.LinkRequest>) => {
      const folder = request.getInfo()?.getProgramDirectory() ?? '';
      for (const sdk of request.getPackagesList()) {
        const { name } = await readJson(path.resolve(folder, sdk.getPath(), 'package.json'));
        const manifest = await readJson(path.join(folder, 'package.json'));
        manifest.dependencies = { ...manifest.dependencies, [name]: `file:${sdk.getPath()}` };
        await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
      }
      return new language.LinkResponse();
    }),
    cancel: answer(() => {
      for (const child of children) child.kill();
      return new empty.Empty();
    }),
    run: answer(async (request: Run) => {
      const child = start(
        '@pulumi/pulumi/cmd/run',
        runArguments(request, engine),
        request.getPwd(),
        {
          PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        },
      );
      child.stdout.resume();
      let said = '';
      child.stderr.on('data', (chunk) => (said += String(chunk)));
      const [code] = (await once(child, 'close')) as [number | null];
      const response = new language.RunResponse();
      if (code === 0) return response;
      return code === REPORTED
        ? response.setBail(true)
        : response.setError(`The program ended with the code ${code}: ${said}`);
    }),
    runPlugin: (call: ServerWritableStream<Plugin, unknown>) => {
      const request = call.request;
      const given = Object.fromEntries(
        request.getEnvList().map((pair) => {
          const at = pair.indexOf('=');
          return [pair.slice(0, at), pair.slice(at + 1)];
        }),
      );
      const isPolicyPack = request.getKind() === 'analyzer';
      const folder = request.getInfo()?.getProgramDirectory() || request.getProgram();
      const child = isPolicyPack
        ? // A policy pack reads the package.json of its folder.
          start(
            '@pulumi/pulumi/cmd/run-policy-pack',
            [...request.getArgsList(), folder],
            folder,
            given,
          )
        : start(
            '@pulumi/pulumi/cmd/run-plugin',
            [folder, ...request.getArgsList()],
            request.getPwd(),
            given,
          );
      child.stdout.on('data', (chunk: Buffer) =>
        call.write(new language.RunPluginResponse().setStdout(chunk)),
      );
      child.stderr.on('data', (chunk: Buffer) =>
        call.write(new language.RunPluginResponse().setStderr(chunk)),
      );
      child.once('close', (code) => {
        call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
        call.end();
      });
      call.on('cancelled', () => child.kill());
    },
  });
}

async function readJson(file: string) {
  return JSON.parse(await readFile(file, 'utf8')) as {
    name: string;
    dependencies?: Record<string, string>;
  };
}

function runArguments(request: Run, engine: string): string[] {
  const info = request.getInfo();
  return [
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--organization=${request.getOrganization()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ['--dry-run'] : []),
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engine}`,
    `--pwd=${info?.getProgramDirectory() || request.getPwd()}`,
    info?.getEntryPoint() || request.getProgram(),
    ...request.getArgsList(),
  ];
}

import { DeploymentError } from './deployment-error.ts';
import { Deployment } from './deployment.ts';
import { DeploymentLog, type Changes, type DeploymentEvent, type NotEmulated } from './events.ts';
import type { DeployedResource, HandlerContext, Handlers } from './handler.ts';
import { createMonitor } from './monitor.ts';
import { runProgram } from './program.ts';
import { readStackConfig } from './stack-config.ts';
import { State } from './state.ts';

export interface DeployOptions<Context extends HandlerContext> {
  /** Absolute path of the Pulumi program's module: `export default () => outputs`. */
  readonly entry: string;
  /**
   * Absolute path of a module that exports `runtime` and `ResourceMonitorService` of the Pulumi SDK. A program that is
   * bundled with its SDK needs it. Default: the `@pulumi/pulumi` that the program's module finds.
   */
  readonly sdk?: string | undefined;
  /** The directory of `Pulumi.yaml` and the stack files. */
  readonly projectDir: string;
  /** Name of the project. Default: the one of `Pulumi.yaml`, which is not read otherwise. */
  readonly project?: string | undefined;
  readonly stack: string;
  /** Configuration in addition to the stack file, as with `pulumi up --config`. Keys include their namespace. */
  readonly config?: Readonly<Record<string, string>>;
  /** The directory of the state file, `stacks/STACK.json`. */
  readonly dataDir: string;
  readonly handlers: Handlers<Context>;
  /**
   * What happens to resource types and functions that have no handler. `accept` (the default): they have no effect, and
   * their outputs are their inputs. `reject`: the deployment fails with `TYPE_UNKNOWN`.
   */
  readonly unknownTypes?: 'accept' | 'reject';
  /** Handed to every handler. */
  readonly context: Context;
  readonly onEvent?: (event: DeploymentEvent) => void;
}

/** What a successful deployment leaves behind. */
export interface DeploymentResult {
  /** The stack's outputs, secrets unwrapped. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly resources: readonly DeployedResource[];
  /** What the program sets and has no effect here. */
  readonly notEmulated: readonly NotEmulated[];
  /** Tokens of the accepted resource types and functions that have no handler, in alphabetical order. */
  readonly unknownTypes: readonly string[];
  readonly changes: Readonly<Changes>;
}

/**
 * Runs a Pulumi program and makes the endpoint have what it says: creates, updates, replaces and, in the end,
 * deletes, compared with the state of earlier starts. Nothing is called that changes anything where nothing changed.
 *
 * @throws DeploymentError whose message names the file, resource or property; what was done until then is saved
 */
export function deploy<Context extends HandlerContext>(
  options: DeployOptions<Context>,
): Promise<DeploymentResult> {
  return deployBy(runProgram, options);
}

/** The same, with another way to run a program: for the test with Pulumi's own language host. */
export async function deployBy<Context extends HandlerContext>(
  run: typeof runProgram,
  options: DeployOptions<Context>,
): Promise<DeploymentResult> {
  const { entry, sdk, projectDir, stack, dataDir, handlers, context } = options;
  const { project, programDirectory, ...file } = await readStackConfig(
    projectDir,
    stack,
    options.project,
  );
  const config = { ...file.config, ...options.config };
  const state = await State.open({ dataDir, project, stack, endpoint: context.endpoint });
  const report = new DeploymentLog(options.onEvent ?? (() => undefined));
  const deployment = new Deployment({
    ...{ project, stack, programDirectory },
    ...{ handlers, context, state, report },
    unknownTypes: options.unknownTypes ?? 'accept',
  });
  const monitor = createMonitor(deployment);
  const programError = await run({ entry, sdk, project, stack, config }, monitor, (line) =>
    report.log(line),
  );
  // A resource's failure came first, and explains the program's.
  if (programError) deployment.fail(withUnknownTypes(programError, report.unknownTypes()));
  await deployment.finish();
  return {
    outputs: deployment.outputs,
    resources: deployment.resources(),
    notEmulated: report.notEmulated(),
    unknownTypes: report.unknownTypes(),
    changes: report.changes,
  };
}

/** A program often fails because it uses an output that only the real provider computes. */
function withUnknownTypes(error: DeploymentError, types: readonly string[]): DeploymentError {
  if (types.length === 0) return error;
  const hint = `computed outputs of these types are undefined, because the local engine does not emulate them: ${types.join(', ')}`;
  return new DeploymentError(error.code, `${error.message} (${hint})`, { cause: error.cause });
}

import path from 'node:path';
import { DataDirectoryInUseError } from '@darkroom/embedded-aws';
import { LambdaConfigurationError } from '@darkroom/local-lambda';
import { DeploymentError } from '@darkroom/local-pulumi';
import { SettingsError, SideFileError } from '@darkroom/pipeline';
import { humanLine } from './function-log.ts';
import { PortTakenError, startLocalStack } from './local-stack.ts';
import { OptionsError, readOptions } from './options.ts';
import { welcome } from './welcome.ts';

/** For invocations that are under way; longer than that, and their messages come back at the next start. */
const GRACE_MS = 10_000;
const PARENT_CHECK_MS = 500;

/** Errors that a person can mend: their message is all there is to say. The others are defects of ours. */
function isExpected(error: unknown): error is Error {
  return [
    DataDirectoryInUseError,
    DeploymentError,
    LambdaConfigurationError,
    OptionsError,
    PortTakenError,
    SettingsError,
    SideFileError,
  ].some((expected) => error instanceof expected);
}

/** npm passes a signal on to its shell, which dies without telling us: a lost parent means the same. */
function onParentGone(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_CHECK_MS);
}

async function main(): Promise<void> {
  const workspace = path.resolve(import.meta.dirname, '../../..');
  const options = readOptions(process.env, workspace);
  const stack = await startLocalStack(options, {
    onDeployment: (event) => {
      if (event.kind === 'resource' && event.operation !== 'same')
        console.log(`  ${event.operation.padEnd(8)} ${event.type} ${event.name}`);
      if (event.kind === 'warning') console.warn(`  ${event.message}`);
      if (event.kind === 'log') console.log(`  ${event.line}`);
    },
    onFunctionLog: (line) => {
      const text = humanLine(line);
      if (text !== undefined) console.log(text);
    },
  });
  console.log(welcome(stack, options.dataDir));

  const stop = () => {
    // A second signal ends at once: what was acknowledged is on disk.
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    console.log('Stopping…');
    void stack.stop(GRACE_MS).then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  onParentGone(stop);
}

try {
  await main();
} catch (error) {
  console.error(isExpected(error) ? error.message : error);
  process.exitCode = 1;
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { humanLine, unmatchedLine } from './function-log.ts';
import { startLocalStack } from './local-stack.ts';
import { readOptions, type LocalOptions } from './options.ts';
import { packedParts } from './packed.ts';
import { describeStartError } from './start-error.ts';
import { notes, welcome } from './welcome.ts';

/** For running invocations, milliseconds. After it, their messages come back at the next start. */
const GRACE_MS = 10_000;
const PARENT_CHECK_MS = 500;

/** npm passes a signal to its shell only. A changed parent process means that the shell has ended. */
function onParentGone(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_CHECK_MS);
}

async function main(options: LocalOptions): Promise<void> {
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
    onUnmatched: (key, recipes) => console.log(unmatchedLine(key, recipes)),
    onChange: ({ status, message }) => {
      const file = `Pulumi.${options.stack}.yaml`;
      if (status === 'failed') console.error(message);
      else console.log(`${file} ${status === 'applying' ? 'was saved' : 'is applied'}: ${message}`);
    },
  });
  console.log(welcome(stack, options));
  if (process.argv.includes('--notes')) console.log(notes(stack));

  const stop = () => {
    // A second signal ends the process at once: acknowledged data is on disk.
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    console.log('Stopping…');
    void stack.stop(GRACE_MS).then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  onParentGone(stop);
}

/** The package of the command line runs in the user's folder, and has a stack for folders without one. */
function localOptions(): LocalOptions {
  const packed = packedParts(import.meta.dirname);
  if (!packed) return readOptions(process.env, path.resolve(import.meta.dirname, '../../..'));
  const folder = path.resolve(process.env['INIT_CWD'] ?? '.');
  const options = { ...readOptions(process.env, folder), packed };
  const { stack } = options;
  const isBuiltIn = stack === 'local' && !existsSync(path.join(folder, 'Pulumi.local.yaml'));
  return isBuiltIn ? { ...options, workspace: packed.stackFiles } : options;
}

let options: LocalOptions | undefined;
try {
  options = localOptions();
  await main(options);
} catch (error) {
  console.error((await describeStartError(error, options)) ?? error);
  process.exitCode = 1;
}

import path from 'node:path';
import { humanLine } from './function-log.ts';
import { startLocalStack } from './local-stack.ts';
import { readOptions } from './options.ts';
import { welcome } from './welcome.ts';

/** For invocations that are under way; longer than that, and their messages come back at the next start. */
const GRACE_MS = 10_000;

/** Errors that a person can mend: their message is all there is to say. */
function isExpected(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
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
}

try {
  await main();
} catch (error) {
  console.error(isExpected(error) ? error.message : error);
  process.exitCode = 1;
}

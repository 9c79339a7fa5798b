#!/usr/bin/env node
import './heap.ts';
import { EXIT } from './exit-codes.ts';
import { run } from './run.ts';

const interruption = new AbortController();
process.on('SIGINT', () => {
  // The first Ctrl-C ends the command after its current request, the second one at once.
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  interruption.abort();
});
// The reader of a pipe may end early: `darkroom watch | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), { signal: interruption.signal });
// A command that changes nothing may still wait for an answer.
if (interruption.signal.aborted) process.exit();

import { OperationError, retriedSchema, retryUploads } from '@darkroom/operations';
import { CommandError, defineCommand, flag, several } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printOutcome, waitOption } from '../outcomes.ts';
import { openStackWithSettings, stackOptions, UNKNOWN_KEY } from '../stack.ts';

export const retry = defineCommand({
  name: 'retry',
  summary: 'processes rejected uploads again, and waits for their outcomes',
  details:
    'It deletes the manifest of the rejection, because the function skips an upload whose manifest is up to date, and sends a message. An upload that was processed stays as it is, unless --force is given.',
  arguments: [several('key', 'uploads, such as uploads/cat.jpg')],
  options: {
    ...stackOptions,
    force: flag('--force', 'also processes uploads again that were processed'),
    wait: waitOption,
  },
  examples: [{ line: 'uploads/cat.jpg', what: 'One upload of the local stack, after a fix' }],
  changesStack: true,
  interrupted: 'Uploads that were sent are processed: `darkroom status KEY` shows the outcome.',
  output: retriedSchema,
  async run({ signal }, { force, wait, ...options }, keys) {
    const stack = await openStackWithSettings(options);
    const until = Date.now() + wait * 1000;
    return retryUploads(stack, keys, { force, signal, until }).catch((cause: unknown) => {
      if (!(cause instanceof OperationError) || cause.code !== 'NOT_FOUND') throw cause;
      throw new CommandError(cause.message, {
        code: cause.code,
        remedy: UNKNOWN_KEY,
        exitCode: EXIT.failed,
        cause,
      });
    });
  },
  print({ uploads }, terminal) {
    for (const { sent, ...outcome } of uploads)
      printOutcome(outcome, terminal, sent ? '' : 'nothing to do');
  },
  exitCode: ({ uploads }) =>
    uploads.every(({ outcome }) => outcome === 'done') ? EXIT.done : EXIT.failed,
});

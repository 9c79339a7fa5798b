import { OperationError, retriedSchema, retryUploads } from '@darkroom/operations';
import { CommandError, defineCommand, flag, numberOption, option, several } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { openStack, stackOptions } from '../stack.ts';
import { printable } from '../terminal.ts';

export const retry = defineCommand({
  name: 'retry',
  summary: 'processes rejected uploads again, and waits for their outcomes',
  details:
    'It deletes the manifest of the rejection, because the function skips an upload whose manifest is up to date, and sends a message. An upload that was processed stays as it is, unless --force is given.',
  arguments: [several('key', 'uploads, such as uploads/cat.jpg')],
  options: {
    ...stackOptions,
    force: flag('--force', 'also processes uploads again that were processed'),
    wait: option(
      '--wait <seconds>',
      'longest time to wait for the outcomes (default: 600)',
      numberOption('a number of seconds from 0', (n) => n >= 0).prefault('600'),
    ),
  },
  examples: [{ line: 'uploads/cat.jpg', what: 'One upload of the local stack, after a fix' }],
  output: retriedSchema,
  async run({ signal }, { force, wait, ...options }, keys) {
    const stack = await openStack(options);
    const pipeline = { ...stack, settings: stack.settings() };
    const until = Date.now() + wait * 1000;
    return retryUploads(pipeline, keys, { force, signal, until }).catch((cause: unknown) => {
      if (!(cause instanceof OperationError) || cause.code !== 'NOT_FOUND') throw cause;
      throw new CommandError(cause.message, {
        code: cause.code,
        remedy: 'Keys are case-sensitive and begin without a slash.',
        exitCode: EXIT.failed,
        cause,
      });
    });
  },
  print({ uploads }, terminal) {
    const { green, red, yellow } = terminal.colours;
    const colour = { done: green, rejected: red, unfinished: yellow, 'no-recipe': yellow };
    for (const { key, outcome, code, message, sent } of uploads) {
      const why = code === undefined ? '' : `  ${code}: ${printable(message ?? '')}`;
      const nothing = sent ? '' : '  nothing to do';
      terminal.line(`${colour[outcome](outcome.padEnd(10))} ${printable(key)}${why}${nothing}`);
    }
  },
  exitCode: ({ uploads }) =>
    uploads.every(({ outcome }) => outcome === 'done') ? EXIT.done : EXIT.failed,
});

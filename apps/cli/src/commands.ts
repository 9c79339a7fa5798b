import type { Command } from './command.ts';
import { apply } from './commands/apply.ts';
import { compare } from './commands/compare.ts';
import { consoleCommand } from './commands/console.ts';
import { dev } from './commands/dev.ts';
import { estimate } from './commands/estimate.ts';
import { explain } from './commands/explain.ts';
import { init } from './commands/init.ts';
import { redrive } from './commands/redrive.ts';
import { remove } from './commands/remove.ts';
import { render } from './commands/render.ts';
import { retry } from './commands/retry.ts';
import { simulate } from './commands/simulate.ts';
import { status } from './commands/status.ts';
import { upload } from './commands/upload.ts';
import { watch } from './commands/watch.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  render,
  explain,
  estimate,
  simulate,
  init,
  upload,
  status,
  watch,
  compare,
  apply,
  retry,
  redrive,
  remove,
  consoleCommand,
  dev,
];

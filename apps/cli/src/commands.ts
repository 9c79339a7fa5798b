import type { Command } from './command.ts';
import { estimate } from './commands/estimate.ts';
import { explain } from './commands/explain.ts';
import { init } from './commands/init.ts';
import { render } from './commands/render.ts';
import { simulate } from './commands/simulate.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [render, explain, estimate, simulate, init];

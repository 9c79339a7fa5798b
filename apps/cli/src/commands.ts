import type { Command } from './command.ts';
import { estimate } from './commands/estimate.ts';
import { explain } from './commands/explain.ts';
import { simulate } from './commands/simulate.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [explain, estimate, simulate];

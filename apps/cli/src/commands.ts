import type { Command } from './command.ts';
import { explain } from './commands/explain.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [explain];

import { CommandError, type Command } from './command.ts';
import { plan } from './commands/plan.ts';

const commands: Readonly<Record<string, Command>> = { plan };

function usage(): string {
  const lines = Object.entries(commands).map(
    ([name, { parameters, summary }]) => `  ${name} ${parameters}\n      ${summary}`,
  );
  return ['usage: npm run darkroom -- COMMAND', ...lines].join('\n');
}

/** What a person can mend has a code; anything else is a defect of ours, and keeps its stack. */
function messageOf(error: unknown): unknown {
  if (error instanceof CommandError) return error.message;
  return error instanceof Error && 'code' in error
    ? `${String(error.code)}: ${error.message}`
    : error;
}

/** @returns the exit code */
export async function run(
  args: readonly string[],
  io: Pick<Console, 'log' | 'error'> = console,
): Promise<number> {
  const [name = '', ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    io.error(name === '' ? usage() : `there is no command "${name}"\n${usage()}`);
    return 1;
  }
  try {
    io.log(await command.run(rest));
    return 0;
  } catch (error) {
    io.error(messageOf(error));
    return 1;
  }
}

import { CommandError, type Command } from './command.ts';
import { plan } from './commands/plan.ts';
import { wrap } from './wrap.ts';

const commands: Readonly<Record<string, Command>> = { plan };
const HELP: readonly string[] = ['help', '--help', '-h'];

function usage(): string {
  const lines = Object.entries(commands).map(
    ([name, { parameters, summary }]) => `  ${name} ${parameters}\n      ${summary}`,
  );
  return ['usage: npm run darkroom -- COMMAND', ...lines].join('\n');
}

function helpFor(name: string, { parameters, summary, details }: Command): string {
  return `usage: npm run darkroom -- ${name} ${parameters}\n${summary}\n\n${details}`;
}

/** Errors that the user can fix have a code. Any other error is a defect, so its stack is printed. */
function messageOf(error: unknown): unknown {
  if (error instanceof CommandError) return wrap(error.message);
  return error instanceof Error && 'code' in error
    ? wrap(`${String(error.code)}: ${error.message}`)
    : error;
}

/** @returns the exit code */
export async function run(
  args: readonly string[],
  io: Pick<Console, 'log' | 'error'> = console,
): Promise<number> {
  const [name = '', ...rest] = args;
  if (HELP.includes(name)) {
    io.log(usage());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    io.error(name === '' ? usage() : `there is no command "${name}"\n${usage()}`);
    return 1;
  }
  if (rest.some((arg) => HELP.slice(1).includes(arg))) {
    io.log(helpFor(name, command));
    return 0;
  }
  try {
    await command.run(rest, (text) => io.log(wrap(text)));
    return 0;
  } catch (error) {
    io.error(messageOf(error));
    return 1;
  }
}

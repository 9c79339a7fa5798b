import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { DeployError, reasonOf } from './deploy-error.ts';

export interface Arguments {
  readonly stack: string;
  /** Asks nothing: for CI. */
  readonly yes: boolean;
}

export const USAGE = 'npm run deploy -- STACK [--yes]';

/** @throws DeployError `ARGUMENTS` */
export function parseArguments(given: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      options: { yes: { type: 'boolean', short: 'y', default: false } },
      allowPositionals: true,
    });
    const [stack, ...others] = positionals;
    if (stack === undefined || others.length > 0) throw new Error('one stack has to be named');
    // Pulumi Cloud also names stacks as `ORG/STACK` and `ORG/PROJECT/STACK`.
    if (!/^(?:\w[\w.-]*\/){0,2}\w[\w.-]*$/.test(stack))
      throw new Error(`"${stack}" is no name of a stack`);
    return { stack, yes: values.yes };
  } catch (cause) {
    throw new DeployError('ARGUMENTS', `${reasonOf(cause)}\nUsage: ${USAGE}`, { cause });
  }
}

/** The person who deploys. */
export interface Terminal {
  readonly print: (line: string) => void;
  /** @returns the answer; undefined without a terminal */
  readonly ask: (question: string) => Promise<string | undefined>;
}

export function terminalOf({ stdin, stdout }: Pick<NodeJS.Process, 'stdin' | 'stdout'>): Terminal {
  return {
    print: (line) => void stdout.write(`${line}\n`),
    async ask(question) {
      if (!stdin.isTTY) return undefined;
      const asked = createInterface({ input: stdin, output: stdout });
      try {
        return await asked.question(question);
      } finally {
        asked.close();
      }
    },
  };
}

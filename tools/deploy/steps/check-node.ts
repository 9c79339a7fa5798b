import { run } from '../command.ts';
import { DeployError } from '../deploy-error.ts';

/** Runs the program by stripping its types; Pulumi starts whatever `node` it finds. */
const LEAST = [22, 18] as const;

/** @throws DeployError `NODE_TOO_OLD` */
export async function checkNode(cwd: string): Promise<string> {
  const { output } = await run({ program: 'node', args: ['--version'] }, [], { cwd });
  const [, major = 0, minor = 0] = /^v(\d+)\.(\d+)/.exec(output)?.map(Number) ?? [];
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return `Node ${output}`;
  throw new DeployError(
    'NODE_TOO_OLD',
    `Node ${LEAST.join('.')} or later runs the Pulumi program; the one on the PATH is ${output || 'missing'}. ` +
      '`npm run deploy` puts the right one there: run it that way, after `npm ci`.',
  );
}

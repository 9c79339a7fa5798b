import path from 'node:path';
import type { Settings } from '@darkroom/pipeline';
import { run } from '../command.ts';
import { DeployError } from '../deploy-error.ts';

/** The function's package for its processor. @throws DeployError `BUILD_FAILED` */
export async function build(workspace: string, settings: Settings): Promise<void> {
  const target = `package-${settings.function.architecture}`;
  const nx = path.join(workspace, 'node_modules/nx/dist/bin/nx.js');
  const { code } = await run(
    { program: process.execPath, args: [nx] },
    [target, 'resizer', '--outputStyle=static'],
    { cwd: workspace, onTerminal: true },
  );
  if (code !== 0)
    throw new DeployError(
      'BUILD_FAILED',
      `The function's package could not be built: \`npx nx ${target} resizer\` says why.`,
    );
}

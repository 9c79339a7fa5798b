import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { run, type Command } from '../command.ts';
import { DeployError } from '../deploy-error.ts';

/** A Pulumi CLI that answers. */
export interface PulumiCli {
  readonly command: Command;
  readonly version: string;
  /** Who is logged in, and so where the state is kept. */
  readonly user: string;
}

/**
 * The CLI that is installed, or else the one that the npm package `pulumi` fetches at its first use.
 * @throws DeployError `PULUMI_MISSING` or `PULUMI_LOGIN`
 */
export async function findPulumi(workspace: string): Promise<PulumiCli> {
  const installed = await onPath(workspace);
  const command: Command =
    installed === undefined
      ? { program: process.execPath, args: [path.join(workspace, 'node_modules/pulumi/run.js')] }
      : { program: installed, args: [] };
  const { code, output } = await run(command, ['version'], { cwd: workspace });
  if (code !== 0)
    throw new DeployError(
      'PULUMI_MISSING',
      'The Pulumi CLI is missing. The npm package `pulumi` fetches it from get.pulumi.com at its first use, which failed:\n' +
        `${indent(output)}\nSee to the network, or install it by hand: https://www.pulumi.com/docs/install/`,
    );
  const whoami = await run(command, ['whoami', '--non-interactive'], { cwd: workspace });
  if (whoami.code !== 0)
    throw new DeployError(
      'PULUMI_LOGIN',
      `Pulumi does not know where to keep its state:\n${indent(whoami.output)}\n` +
        'Log in with `npx pulumi login` (Pulumi Cloud, or `s3://BUCKET` for a bucket of yours), or set PULUMI_ACCESS_TOKEN.',
    );
  const lastLine = (text: string) => text.split('\n').at(-1) ?? '';
  return { command, version: lastLine(output), user: lastLine(whoami.output) };
}

/** `npm run` puts the npm package's own command before all others. */
async function onPath(workspace: string): Promise<string | undefined> {
  const ours = path.join(workspace, 'node_modules');
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const name = process.platform === 'win32' ? 'pulumi.exe' : 'pulumi';
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (folder === '' || path.resolve(folder).startsWith(ours)) continue;
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { type Command, run } from './command.ts';
import { DeployError } from './deploy-error.ts';
import { errorsIn, updateFailure } from './update-failure.ts';

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
  const { code, stdout, stderr } = await run(command, ['version'], { cwd: workspace });
  if (code !== 0)
    throw new DeployError(
      'PULUMI_MISSING',
      'The Pulumi CLI is missing. The npm package `pulumi` fetches it from get.pulumi.com at its first use, which failed:\n' +
        `${indent(stderr)}\nSee to the network, or install it by hand: https://www.pulumi.com/docs/install/`,
    );
  const whoami = await run(command, ['whoami', '--non-interactive'], { cwd: workspace });
  if (whoami.code !== 0)
    throw new DeployError(
      'PULUMI_LOGIN',
      `Pulumi does not know where to keep its state:\n${indent(whoami.stderr)}\n` +
        'Log in with `npx pulumi login` (Pulumi Cloud, or `s3://BUCKET` for a bucket of yours), or set PULUMI_ACCESS_TOKEN.',
    );
  const lastLine = (text: string) => text.slice(text.lastIndexOf('\n') + 1);
  return { command, version: lastLine(stdout), user: lastLine(whoami.stdout) };
}

/** `npm run` puts the npm package's own command before all others. */
async function onPath(workspace: string): Promise<string | undefined> {
  const ours = path.join(workspace, 'node_modules');
  const name = process.platform === 'win32' ? 'pulumi.exe' : 'pulumi';
  for (const folder of String(process.env['PATH']).split(path.delimiter)) {
    // An empty one is the working directory, as for a shell.
    const file = path.resolve(folder, name);
    if (file.startsWith(ours)) continue;
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

/** Where the rules are that every stack keeps. */
export const POLICIES = 'apps/policy';

/** One stack, by the CLI. */
export interface Target {
  readonly workspace: string;
  readonly stack: string;
  readonly pulumi: PulumiCli;
}

/** @returns what it prints. @throws DeployError `PULUMI_FAILED` */
export async function pulumiAnswer(target: Target, ...args: readonly string[]): Promise<string> {
  const { workspace, pulumi } = target;
  const { code, stdout, stderr } = await run(pulumi.command, args, { cwd: workspace });
  if (code !== 0) throw failed(args, stderr);
  return stdout;
}

function failed(args: readonly string[], output = 'see above'): DeployError {
  return new DeployError('PULUMI_FAILED', `\`pulumi ${args.join(' ')}\` failed: ${output}`);
}

/** Previews the changes and checks the rules. Creates the stack if it does not exist. @throws DeployError */
export async function preview(target: Target): Promise<void> {
  const { stack } = target;
  const nothing = 'Nothing was changed.';
  await onTerminal(target, ['stack', 'select', '--create', stack], nothing);
  const args = ['preview', '--stack', stack, '--diff', '--policy-pack', POLICIES];
  await withEventLog((log) => onTerminal(target, args, nothing, log));
}

const ORPHANS =
  'The second Ctrl-C ended it in the middle of a call: AWS may have created a resource that is not in the state. ' +
  'The next update lists such resources as pending operations. Look for them in AWS, and remove what is there twice.';

async function updateStep(target: Target): Promise<void> {
  const { stack } = target;
  const args = ['up', '--stack', stack, '--yes', '--skip-preview', '--policy-pack', POLICIES];
  const again = `What exists already stays. Then run \`npm run deploy -- ${stack}\` again: it continues there.`;
  // Ctrl-C reaches the CLI too. It ends the calls that are on their way and saves its state: this process waits for it.
  // A second one ends the CLI at once.
  let interrupts = 0;
  const onInterrupt = () => void interrupts++;
  process.on('SIGINT', onInterrupt);
  try {
    await withEventLog((log) => onTerminal(target, args, again, log));
  } catch (error) {
    if (interrupts === 0) throw error;
    const message = [
      'The update was interrupted.',
      ...(interrupts > 1 ? [ORPHANS] : []),
      again,
    ].join(' ');
    throw new DeployError('INTERRUPTED', message, { cause: error });
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/**
 * Runs a command of the CLI, which shows its progress.
 *
 * @param afterwards what holds after a failure, and what to do then
 * @param eventLog file in which the engine reports its errors, for commands that have the option
 * @throws DeployError with the remedy of a known cause, or `PULUMI_FAILED`
 */
async function onTerminal(
  { workspace, pulumi }: Target,
  args: readonly string[],
  afterwards: string,
  eventLog?: string,
): Promise<void> {
  const logged = eventLog === undefined ? args : [...args, '--event-log', eventLog];
  const { code, stderr } = await run(pulumi.command, logged, {
    cwd: workspace,
    onTerminal: true,
    // The CLI has the option `--event-log` only with this variable.
    environment: { PULUMI_DEBUG_COMMANDS: 'true' },
  });
  if (code === 0) return;
  const errors = eventLog === undefined ? [] : await errorsIn(eventLog);
  const failure = updateFailure([...errors, stderr]);
  if (!failure) throw new DeployError('PULUMI_FAILED', `${failed(args).message}. ${afterwards}`);
  throw new DeployError(
    failure.code,
    `\`pulumi ${args[0]}\` failed. ${failure.remedy} ${afterwards}`,
  );
}

async function withEventLog(command: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-deploy-'));
  try {
    await command(path.join(folder, 'events.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const outputsSchema = z.object({
  sourceBucket: z.string(),
  processedBucket: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  functionName: z.string(),
  dashboardUrl: z.string(),
  alarmTopicArn: z.string().optional(),
});

/** As docs/contract.md names them. */
export type Outputs = z.output<typeof outputsSchema>;

/**
 * Deploys what the preview showed; rules judge now what it could not know.
 *
 * @throws DeployError that names the remedy. What the update has created stays in Pulumi's state, and a repeated
 *   deployment continues there.
 */
export async function update(target: Target): Promise<Outputs> {
  const { stack } = target;
  await updateStep(target);
  const json = await pulumiAnswer(target, 'stack', 'output', '--stack', stack, '--json');
  return outputsSchema.parse(JSON.parse(json));
}

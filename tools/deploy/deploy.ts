import path from 'node:path';
import type { Settings } from '@darkroom/pipeline';
import type { Arguments, Terminal } from './command-line.ts';
import { run } from './command.ts';
import { DeployError } from './deploy-error.ts';
import { checkCredentials, checkNode, checkQuotas } from './prerequisites.ts';
import { findPulumi, preview, update } from './pulumi.ts';
import { pendingReceivers } from './receivers.ts';
import { smokeTest } from './smoke-test.ts';
import { readStack, stackFileOf } from './stack-file.ts';
import {
  notificationsChanged,
  readState,
  reservedExecutions,
  type StateResource,
  unsubscribedReceivers,
} from './stack-state.ts';

/** Everything between a checkout and a pipeline in the cloud that is seen to work. @throws DeployErrors */
export async function deploy(
  { stack, yes }: Arguments,
  workspace: string,
  terminal: Terminal,
): Promise<void> {
  const { print } = terminal;
  const { file, pulumi, caller } = await checkPrerequisites(stack, workspace, terminal);
  const target = { workspace, stack, pulumi };

  await build(workspace, file.settings);
  await preview(target);
  if (!yes) await confirm(stack, caller.account, terminal);
  const outputs = await update(target);

  print('Smoke test: one upload through the pipeline…');
  const changed = notificationsChanged(await readState(target));
  const { sample, manifest, seconds } = await smokeTest(file, outputs, { changed, print });
  print(`✓ ${sample.key}, ${seconds.toFixed(1)} s:`);
  for (const { key, width, height, bytes } of manifest.outputs)
    print(`  ${key}  ${width}×${height}, ${bytes} bytes`);
  print('  All of it is removed again.');
  for (const line of await pendingReceivers(file, outputs)) print(line);
  for (const [name, value] of Object.entries(outputs)) print(`${name}: ${value}`);
}

/** Checks all of them and reports everything that is missing at once. */
async function checkPrerequisites(stack: string, workspace: string, { print }: Terminal) {
  const missing: DeployError[] = [];
  async function check<T>(doing: Promise<T>, say: (found: T) => string): Promise<T | undefined> {
    try {
      const found = await doing;
      print(`✓ ${say(found)}`);
      return found;
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      missing.push(error);
      return undefined;
    }
  }
  await check(checkNode(workspace), (version) => version);
  const pulumi = await check(
    findPulumi(workspace),
    ({ version, user }) => `Pulumi ${version}, logged in as ${user}`,
  );
  const file = await check(
    readStack({ workspace, stack, pulumi }),
    ({ region }) => `${stackFileOf(stack)} is valid; region ${region}`,
  );
  const state = pulumi ? await readState({ workspace, stack, pulumi }) : [];
  if (file) await check(checkReceivers(state, file.settings), (found) => found);
  const caller =
    file &&
    (await check(
      checkCredentials(file),
      ({ account, arn }) => `AWS account ${account}, as ${arn}`,
    ));
  if (file && caller) await check(checkQuotas(file, reservedExecutions(state)), (found) => found);
  if (missing.length > 0 || !pulumi || !file || !caller) throw new AggregateError(missing);
  return { pulumi, file, caller };
}

/** @throws DeployError `RECEIVERS` */
function checkReceivers(state: readonly StateResource[], settings: Settings): Promise<string> {
  const lost = unsubscribedReceivers(state, settings);
  if (lost.length === 0)
    return Promise.resolve(`${settings.alarms.receivers.length} receivers of alarms`);
  return Promise.reject(
    new DeployError(
      'RECEIVERS',
      `Version 0.1 deployed alarms.receivers in another order. This update would unsubscribe ${lost.join(', ')}. ` +
        'Restore the order and deploy. After that, every change of the list is safe.',
    ),
  );
}

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

/** @throws DeployError `NOT_CONFIRMED` unless the answer is yes */
export async function confirm(stack: string, account: string, { ask }: Terminal): Promise<void> {
  const answer = await ask(`Deploy the stack ${stack} to the account ${account}? (y/N) `);
  if (answer === undefined)
    throw new DeployError(
      'NOT_CONFIRMED',
      'Nobody is there to ask: give `--yes` to deploy without.',
    );
  if (!/^y(?:es)?$/i.test(answer.trim()))
    throw new DeployError('NOT_CONFIRMED', 'Nothing was changed.');
}

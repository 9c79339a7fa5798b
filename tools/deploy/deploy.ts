import { DeployError } from './deploy-error.ts';
import type { Arguments } from './arguments.ts';
import { build } from './steps/build.ts';
import { checkCredentials } from './steps/check-credentials.ts';
import { checkNode } from './steps/check-node.ts';
import { checkQuotas } from './steps/check-quotas.ts';
import { confirm } from './steps/confirm.ts';
import { findPulumi } from './steps/find-pulumi.ts';
import { preview } from './steps/preview.ts';
import { readStack } from './steps/read-stack.ts';
import { smokeTest } from './steps/smoke-test.ts';
import { update } from './steps/update.ts';
import type { Terminal } from './terminal.ts';

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
  const { sample, manifest, seconds } = await smokeTest(file, outputs);
  print(`✓ ${sample.key}, ${seconds.toFixed(1)} s:`);
  for (const { key, width, height, bytes } of manifest.outputs)
    print(`  ${key}  ${width}×${height}, ${bytes} bytes`);
  print('  All of it is removed again.');
  for (const [name, value] of Object.entries(outputs)) print(`${name}: ${value}`);
}

/** All of them, so that whatever is missing is told at once. */
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
    readStack(workspace, stack),
    ({ region }) => `Pulumi.${stack}.yaml is valid; region ${region}`,
  );
  const caller =
    file &&
    (await check(
      checkCredentials(file),
      ({ account, arn }) => `AWS account ${account}, as ${arn}`,
    ));
  if (file && caller) await check(checkQuotas(file), (found) => found);
  if (missing.length > 0 || !pulumi || !file || !caller) throw new AggregateError(missing);
  return { pulumi, file, caller };
}

/** `npm run deploy -- STACK`, in the folder of Pulumi.yaml: checks, builds, previews, asks, deploys, and tries it out (docs/deploy.md). */
import { parseArguments, terminal } from './command-line.ts';
import { DeployError } from './deploy-error.ts';
import { deploy } from './deploy.ts';

try {
  await deploy(parseArguments(process.argv.slice(2)), process.cwd(), terminal);
} catch (error) {
  // Errors that the user can fix; any other error is a defect.
  const problems: unknown[] = error instanceof AggregateError ? error.errors : [error];
  if (!problems.every((problem) => problem instanceof DeployError)) throw error;
  for (const { message } of problems) console.error(`✗ ${message}`);
  process.exitCode = 1;
}

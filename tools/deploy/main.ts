/** `npm run deploy -- STACK`, in the folder of Pulumi.yaml: checks, builds, previews, asks, deploys, and tries it out (docs/deploy.md). */
import { parseArguments, terminalOf } from './command-line.ts';
import { messagesOf } from './deploy-error.ts';
import { deploy } from './deploy.ts';

try {
  await deploy(parseArguments(process.argv.slice(2)), process.cwd(), terminalOf(process));
} catch (error) {
  for (const message of messagesOf(error)) console.error(`✗ ${message}`);
  process.exitCode = 1;
}

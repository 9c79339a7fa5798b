#!/usr/bin/env node
// Replaces the Pulumi CLI: records its arguments and answers as the CLI does.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
appendFileSync(process.env.FAKE_PULUMI_LOG, `pulumi ${args.join(' ')}\n`);
// As the CLI warns of language hosts that are not next to it, or of a new version.
console.error('warning: this is not JSON');
if (process.env.FAKE_PULUMI_FAILS?.split(',').includes(args[0])) {
  console.error(`error: ${args[0]} does not work today`);
  process.exit(255);
}
if (args[0] === 'version') console.log('v3.265.0');
if (args[0] === 'whoami') console.log('tester');
if (args[1] === 'export') {
  if (!existsSync(process.env.FAKE_PULUMI_STATE)) {
    console.error("error: no stack named 'test' found");
    process.exit(255);
  }
  console.log(readFileSync(process.env.FAKE_PULUMI_STATE, 'utf8'));
}
if (args[0] === 'config') console.log(process.env.FAKE_PULUMI_CONFIG);
if (args[0] === 'env') console.log(process.env.FAKE_PULUMI_VARIABLES);
if (args[1] === 'output') console.log(readFileSync(process.env.FAKE_PULUMI_OUTPUTS, 'utf8'));

#!/usr/bin/env node
// Replaces the Pulumi CLI: records its arguments and answers as the CLI does.
import { appendFileSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
appendFileSync(process.env.FAKE_PULUMI_LOG, `pulumi ${args.join(' ')}\n`);
if (process.env.FAKE_PULUMI_FAILS?.split(',').includes(args[0])) {
  console.error(`error: ${args[0]} does not work today`);
  process.exit(255);
}
if (args[0] === 'version') console.log('v3.265.0');
if (args[0] === 'whoami') console.log('tester');
if (args[1] === 'output') console.log(readFileSync(process.env.FAKE_PULUMI_OUTPUTS, 'utf8'));

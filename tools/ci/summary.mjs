/**
 * The end of `.ci/run`: names what failed and what was skipped, and adds all projects' tests up in
 * the last line. Exit code 1 when something failed. Needs Node 20 and nothing that npm installs.
 */
import path from 'node:path';
import { addUp, closingLine } from './add-up.mjs';
import { readReports } from './read-reports.mjs';

const sum = addUp(readReports(path.resolve(import.meta.dirname, '../..')));
for (const test of sum.skipped) console.log(`skipped  ${test}`);
for (const test of sum.failed) console.log(`FAILED   ${test}`);
console.log(closingLine(sum));
process.exitCode = sum.failed.length > 0 ? 1 : 0;

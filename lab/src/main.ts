/** `npm run lab` lists the rigs; `npm run lab -- NAME [options]` runs one. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { Command } from 'commander';
import { chaosCommand } from './chaos/chaos-command.ts';
import { fuzzCommand } from './fuzz/fuzz-command.ts';
import { neighboursCommand } from './neighbours/neighbours-command.ts';
import { TEST_RIGS } from './rigs.ts';
import { soakCommand } from './soak/soak-command.ts';
import { worstCaseCommand } from './worst-case/worst-case-command.ts';

const LAB = path.join(import.meta.dirname, '..');

const program = new Command('npm run lab --')
  .description('Runs one rig of the laboratory. lab/README.md describes them.')
  .configureHelp({ sortSubcommands: true })
  .showHelpAfterError()
  .addCommand(chaosCommand.description('uploads and deletes under faults and kills; loses nothing'))
  .addCommand(fuzzCommand.description('mutated images and messages end in an outcome'))
  .addCommand(soakCommand.description('load without faults: memory, files, throughput, latency'))
  .addCommand(worstCaseCommand)
  .addCommand(neighboursCommand);
for (const { name, summary } of TEST_RIGS)
  program
    .command(name)
    .argument('[file and options of vitest...]')
    .allowUnknownOption()
    .description(summary)
    .action((args: string[]) => runTests(name, args));
if (process.argv.length === 2) program.outputHelp();
else await program.parseAsync();

/** Runs the tests of one folder, or of the file that the first argument names. The exit code is Vitest's. */
function runTests(folder: string, args: readonly string[]): Promise<void> {
  const [file = ''] = args[0]?.startsWith('-') ? [] : args;
  const options = file === '' ? args : args.slice(1);
  const vitest = path.join(LAB, '../node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', `src/${folder}/${file}`, ...options], {
    cwd: LAB,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}

/**
 * Mutation tests: plants small faults in a module, and reports those that no fast test of the module notices.
 *
 *     npm run mutate [-- MODULE…] [--write] [--again] [--concurrency N]
 *
 * Without MODULE it runs all modules of `modules.ts`. `--write` puts the scores into docs/reliability.md. `--again`
 * ignores the results of earlier runs. The exit code is 1 if a score is below the module's minimum.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MODULES } from './modules.ts';
import { CHECKOUT, runStryker } from './run-stryker.ts';
import { scoreOf, type Mutant, type Score } from './score.ts';
import { withScore } from './score-table.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !MODULES.some((module) => module.name === name));
const concurrency = Number(values.concurrency);

if (values.list) {
  console.log(JSON.stringify(MODULES.map(({ name }) => name)));
} else if (unknown.length > 0) {
  const names = MODULES.map(({ name }) => name).join(', ');
  fail(`Unknown module: ${unknown.join(', ')}. The modules are ${names}.`);
} else if (!Number.isInteger(concurrency) || concurrency < 1) {
  fail(`--concurrency ${values.concurrency} is not a whole number of at least 1.`);
} else {
  for (const module of MODULES) {
    if (positionals.length > 0 && !positionals.includes(module.name)) continue;
    const mutants = await runStryker(module, { concurrency, again: values.again });
    const score = scoreOf(mutants, module.equivalents ?? []);
    print(module.name, score);
    if (values.write) await write(module.name, score);
    if (score.percent < (module.minimum ?? 0))
      fail(`${module.name}: ${score.percent} % is below its minimum of ${module.minimum} %.`);
    if (score.wrongEquivalents.length > 0)
      fail(
        `${module.name}: entries of \`equivalents\` match no surviving mutant:\n` +
          score.wrongEquivalents.map(({ file, line }) => `  ${file}: ${line}`).join('\n'),
      );
  }
}

function print(name: string, score: Score): void {
  for (const mutant of score.survivors) console.log(lineOf(mutant));
  console.log(
    `${name}: ${score.percent} % (${score.killed} of ${score.mutants} mutants killed, ${score.equivalents} equivalent)`,
  );
}

function lineOf({ file, lineNumber, original, replacement, covered }: Mutant): string {
  const short = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 100);
  const how = covered ? 'survived ' : 'not run  ';
  return `${how} ${file}:${lineNumber}  ${short(original)}  →  ${short(replacement)}`;
}

async function write(name: string, score: Score): Promise<void> {
  const document = path.join(CHECKOUT, 'docs/reliability.md');
  await writeFile(document, withScore(await readFile(document, 'utf8'), name, score));
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

/** `npm run bench -- NAME… [options]`: runs the benchmarks of these names, or all of them (arguments.ts). */
import { ArgumentsError, parseArguments, type Arguments, type Benchmark } from './arguments.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { transforms } from './transforms/transforms.ts';

const RUN: Readonly<Record<Benchmark, (given: Arguments) => Promise<string>>> = {
  'cold-start': coldStart,
  transforms,
};

try {
  const given = parseArguments(process.argv.slice(2));
  for (const name of given.benchmarks) console.log(`${name}\n${await RUN[name](given)}\n`);
} catch (cause) {
  if (!(cause instanceof ArgumentsError)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
}

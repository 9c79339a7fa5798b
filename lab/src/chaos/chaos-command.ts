/** `npm run chaos -- --operations 3000 --kills 100 --seed N [--fault-rate 0.02] [--write]` */
import { runChaos } from './chaos.ts';
import { readCommandLine } from './chaos-options.ts';
import { describeChaos, describeViolations, writeChaos } from './chaos-report.ts';

const { write, ...options } = readCommandLine(process.argv.slice(2));
console.log(`Seed ${options.seed}`);
const result = await runChaos({
  ...options,
  onProgress: (text) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`),
});
console.log(describeChaos(result.figures));
if (result.violations.length > 0) {
  console.error(describeViolations(result));
  process.exitCode = 1;
} else if (write) {
  await writeChaos(result.figures);
}

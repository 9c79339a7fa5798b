/** `npm run bench -- NAME…`: runs the benchmarks of these names, or all of them. */
import { coldStart } from './cold-start/cold-start.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<string>>> = {
  'cold-start': coldStart,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(
    `No benchmark is called ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`,
  );
  process.exit(1);
}
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`${name}\n${await run()}\n`);
}

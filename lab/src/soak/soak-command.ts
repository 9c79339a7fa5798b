/** `npm run soak -- [--minutes 15] [--burst 5000] [--flood 500] [--write]` */
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { describeViolation } from '../chaos/chaos-report.ts';
import { beyondLimits } from './soak-limits.ts';
import { describeSoak, writeSoak } from './soak-report.ts';
import { runSoak } from './soak.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { minutes: text, burst: text, flood: text, write: { type: 'boolean' } },
});
const { write, ...options } = z
  .strictObject({
    minutes: z.coerce.number<string>().positive().default(15),
    burst: z.coerce.number<string>().int().min(100).default(5000),
    flood: z.coerce.number<string>().int().min(20).default(500),
    write: z.boolean().default(false),
  })
  .parse(values);
const { figures, violations } = await runSoak({
  ...options,
  onProgress: (line) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`),
});
console.log(describeSoak(figures));
const problems = [...beyondLimits(figures), ...violations.map(describeViolation)];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else if (write) {
  await writeSoak(figures);
}

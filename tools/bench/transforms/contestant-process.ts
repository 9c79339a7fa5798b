/** `node contestant-process.ts NAME SOURCE FOLDER`: does the job once, measures it, and leaves the files in a folder. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { IN_PROCESS } from './contestants/index.ts';
import { peakOf } from './peak-memory.ts';

/** Enough for Node to compile the hot code. */
const WARM_UPS = 3;

const [name = '', file = '', folder = ''] = process.argv.slice(2);
if (!(name in IN_PROCESS)) throw new Error(`no contestant is called ${name}`);
const doJob = await IN_PROCESS[name as keyof typeof IN_PROCESS]();
const source = await readFile(file);

// Work that happens once per process, such as compiling code, does not count as an upload's cost.
const [width, height] = [256, 192];
const small = sharp({ create: { width, height, channels: 3, background: 'teal' } }).jpeg();
const warmUp = await small.toBuffer();
for (let run = 0; run < WARM_UPS; run += 1) await doJob(warmUp);

const began = performance.now();
const before = process.cpuUsage();
const made = await doJob(source);
const { user, system } = process.cpuUsage(before);
const wall = (performance.now() - began) / 1000;
const peak = peakOf(process.pid);
await Promise.all(
  made.map(({ output, bytes }) => writeFile(path.join(folder, output.name), bytes)),
);
console.log(JSON.stringify({ cpu: (user + system) / 1e6, wall, peak }));

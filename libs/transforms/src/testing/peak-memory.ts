import { readFile } from 'node:fs/promises';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { createEngine } from '../engine/create-engine.ts';
import { peakOfProcess } from '../engine/peak-of-process.ts';

/**
 * `node peak-memory.ts FILE [STEPS]`: renders a file twice and prints the peak memory and the engine's estimate, MiB.
 * STEPS of one variant are JSON; the default is six files of three widths.
 */

const MIB = 1024 * 1024;

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });
const thumbnails = [320, 640, 1280].flatMap((width) =>
  ['webp', 'jpeg'].map((format) => [
    'rotate',
    { resize: { width, withoutEnlargement: true } },
    { encode: format },
  ]),
);
const [, , file = '', steps] = process.argv;
const variants = (steps ? [JSON.parse(steps) as unknown] : thumbnails).map((given, index) => ({
  name: `v${index}`,
  steps: catalog.stepsSchema.parse(given),
}));

const source = await readFile(file);
const facts = await engine.inspect(source);
const request = { facts, recipe: 'photos', variants };
// The file is already in memory, but belongs to the memory of rendering.
const atRest = process.memoryUsage().rss - source.byteLength;
for (let time = 0; time < 2; time++)
  for await (const _ of engine.render({ source, ...request })) void _;
const peak = peakOfProcess();
console.log(JSON.stringify({ took: (peak - atRest) / MIB, said: engine.estimate(request).memory }));

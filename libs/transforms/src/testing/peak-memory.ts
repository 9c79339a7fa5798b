import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
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
const engine = createEngine({ catalog, svg: true });
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

const requestFor = async (source: Uint8Array) => ({
  ...{ facts: await engine.inspect(source), recipe: 'photos', variants },
});
async function render(source: Uint8Array): Promise<void> {
  for await (const _ of engine.render({ source, ...(await requestFor(source)) })) void _;
}
// Loads the code. The process is idle then, as a function between two uploads.
const small = { width: 400, height: 300, channels: 3, background: '#123' } as const;
await render(await sharp({ create: small }).jpeg().toBuffer());

const atRest = process.memoryUsage().rss;
const source = await readFile(file);
for (let time = 0; time < 2; time++) await render(source);
const peak = peakOfProcess();
console.log(
  JSON.stringify({
    took: (peak - atRest) / MIB,
    said: engine.estimate(await requestFor(source)).memory,
  }),
);

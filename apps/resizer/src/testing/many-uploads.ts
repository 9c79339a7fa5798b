/**
 * `node many-uploads.ts FILE COUNT MIB`: works on so many uploads of one picture at once, all through one memory budget as
 * a function of so many MiB has it, and says how much the process held at its peak and at rest.
 */
import { readFile } from 'node:fs/promises';
import { catalog, MemoryBudget, reconcile, uploadMemory } from '@darkroom/pipeline';
import { letters } from '@darkroom/pipeline/testing';
import { createEngine, peakOfProcess } from '@darkroom/transforms/engine';

const [file = '', count, mebibytes] = process.argv.slice(2);
const body = await readFile(file);
const engine = createEngine({ catalog });
const memory = new MemoryBudget(uploadMemory(Number(mebibytes)));
const variants = [320, 640, 1280].map((width) => ({
  name: `w${width}`,
  steps: ['rotate' as const, { resize: { width } }, { encode: 'webp' as const }],
}));

// What is loaded once is there before.
await engine.inspect(body);
const atRest = process.memoryUsage().rss;
const outcomes = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const bucket = letters({ variants }, { engine, memory });
    const key = `uploads/${index}.jpg`;
    bucket.source.place(key, body);
    return (await reconcile(key, bucket)).kind;
  }),
);
const peak = peakOfProcess();
console.log(JSON.stringify({ outcomes, used: memory.used, grownMiB: (peak - atRest) / 2 ** 20 }));

import { expect, test } from 'vitest';
import { builtinTransforms } from '../../builtin/index.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { renderAll } from '../../testing/render.ts';
import { sample } from '../../testing/samples.ts';
import { createEngine } from '../create-engine.ts';

const catalog = createCatalog(builtinTransforms);
const engine = createEngine({ catalog });

async function reasonFor(upload: Uint8Array): Promise<string> {
  const rendering = renderAll(engine, catalog, upload, { small: [{ resize: { width: 8 } }] });
  return rendering.then(
    () => 'none',
    (error: Error) => error.message,
  );
}

test('gives the same message for a corrupt upload, also if another image fails at the same time', async () => {
  const halves = await Promise.all(
    (['jpeg', 'png', 'webp', 'gif'] as const).map(async (format) => {
      const whole = await sample({ width: 64, height: 48, format });
      return whole.subarray(0, whole.length >> 1);
    }),
  );
  const alone: string[] = [];
  for (const half of halves) alone.push(await reasonFor(half));
  expect(alone).toContain('the png cannot be decoded: its data is damaged or ends early');

  const many = Array.from({ length: 25 }, () => halves).flat();
  const together = await Promise.all(many.map(reasonFor));
  expect(together).toEqual(many.map((_, index) => alone[index % halves.length]));
});

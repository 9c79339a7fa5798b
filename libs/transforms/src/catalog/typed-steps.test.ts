import { expect, test } from 'vitest';
import * as z from 'zod';
import { builtinTransforms } from '../builtin/index.ts';
import { defineTransform } from '../define-transform.ts';
import { createCatalog } from './catalog.ts';

const vignette = defineTransform({
  name: 'vignette',
  version: 1,
  options: z.strictObject({ strength: z.number(), shape: z.enum(['round', 'oval']).optional() }),
  scalar: 'strength',
  apply: (image) => image,
});

const catalog = createCatalog([...builtinTransforms, vignette]);
type StepInput = z.input<typeof catalog.stepSchema>;

test('what a typed recipe may say is what the schema takes', () => {
  const steps: StepInput[] = [
    'flip',
    { rotate: 'auto' },
    { resize: { width: 320, fit: 'inside' } },
    { blur: 2 },
    { vignette: 0.5 },
    { vignette: { strength: 0.5, shape: 'oval' } },
    { encode: { format: 'webp', quality: 80 } },
  ];
  expect(catalog.stepsSchema.safeParse(steps).success).toBe(true);
});

test('what the schema refuses does not compile', () => {
  const wrong: StepInput[] = [
    // @ts-expect-error no such transform
    { sharpn: {} },
    // @ts-expect-error no such option
    { resize: { width: 320, widht: 3 } },
    // @ts-expect-error an option of another type
    { resize: { width: '320' } },
    // @ts-expect-error no such choice
    { vignette: { strength: 1, shape: 'square' } },
    // @ts-expect-error the option that a scalar sets is a number
    { vignette: 'strong' },
    // @ts-expect-error a required option is missing
    { vignette: {} },
    // @ts-expect-error … here too
    'vignette',
    // @ts-expect-error an option of another format
    { encode: { format: 'avif', mozjpeg: true } },
  ];
  for (const step of wrong) expect(catalog.stepSchema.safeParse(step).success).toBe(false);
});

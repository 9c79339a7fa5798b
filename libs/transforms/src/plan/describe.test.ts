import { expect, test } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { describePlan } from './describe.ts';
import { makePlan } from './make-plan.ts';

test('a plan is printed with its stages and the reason for each barrier', () => {
  const catalog = createCatalog(builtinTransforms);
  const facts = {
    format: 'jpeg',
    width: 4000,
    height: 3000,
    orientation: 6,
    pages: 1,
    bytes: 3_500_000,
    hasAlpha: false,
    progressive: false,
  } as const;
  const steps = (width: number, ...more: object[]) =>
    catalog.stepsSchema.parse([{ rotate: 'auto' }, { resize: { width } }, ...more]);
  const variants = [
    { name: 'small', steps: steps(320, { encode: 'webp' }) },
    {
      name: 'soft',
      steps: steps(1280, { blur: 2 }, { resize: { width: 640 } }, { encode: 'avif' }),
    },
  ];
  const plan = makePlan({ recipe: 'photos', facts, variants, bind: (step) => catalog.bind(step) });
  expect(describePlan(plan, facts)).toBe(`jpeg, 4000×3000, orientation 6, 3500000 bytes
stage 0: decode the upload, sRGB, 8 bits
  step 0 of small, soft, (placeholder): rotate, to 4000×3000
  scale to 1280×960 (added by the planner)
  = pixels, 1280×960; barrier: the largest size that small, soft, (placeholder) need
stage 1: pixels of stage 0
  step 1 of small: resize, to 320×240
  = small: webp, 320×240
stage 2: pixels of stage 0
  step 2 of soft: blur, to 1280×960
  = pixels, 1280×960; barrier: sharp does resize before blur
stage 3: pixels of stage 2
  step 3 of soft: resize, to 640×480
  = soft: avif, 640×480
stage 4: pixels of stage 0
  step 1 of (placeholder): resize, to 32×24
  = placeholder, from 32×24`);
});

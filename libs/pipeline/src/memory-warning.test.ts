import { describe, expect, test } from 'vitest';
import { memoryForLargest, memoryWarning } from './memory-warning.ts';
import { parseSettings, type Settings, type SettingsInput } from './stack/settings.ts';

const small: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'thumb', steps: [{ resize: { width: 200 } }] }] },
];
const whole: SettingsInput['recipes'] = [
  { name: 'scans', variants: [{ name: 'upright', steps: ['rotate'] }] },
];
const parse = (rest: object): Settings => parseSettings({ recipes: small, ...rest }, 'test');

describe('memory for the largest picture that the limits let in', () => {
  const limits = (pixels: number) => parse({ limits: { pixels } }).limits;
  const [recipe] = parse({}).recipes;
  const [full] = parse({ recipes: whole }).recipes;
  if (!recipe || !full) throw new Error('there are recipes');

  test('grows with the pixels, and with variants that are as large as the upload', () => {
    expect(memoryForLargest(recipe, limits(100_000_000))).toBeGreaterThan(
      memoryForLargest(recipe, limits(10_000_000)),
    );
    expect(memoryForLargest(full, limits(50_000_000))).toBeGreaterThan(
      memoryForLargest(recipe, limits(50_000_000)),
    );
  });

  test('fits by default where every variant is a reduction', () => {
    expect(memoryWarning(parse({}))).toBeUndefined();
  });

  test('is a warning that names the recipe and what to change, where it does not fit', () => {
    expect(memoryWarning(parse({ recipes: [...small, ...whole] }))).toMatch(
      /^function\.memory: 1,769 MiB are too few .*limits\.pixels 100,000,000.* of scans; .*TOO_LARGE.* [\d,]+ MiB/,
    );
    expect(
      memoryWarning(parse({ recipes: whole, limits: { pixels: 20_000_000 } })),
    ).toBeUndefined();
  });

  test('counts no picture that the steps refuse', () => {
    const crop = [{ crop: { left: 99_000, top: 0, width: 10, height: 10 } }];
    const [cropped] = parse({
      recipes: [{ name: 'a', variants: [{ name: 'b', steps: crop }] }],
    }).recipes;
    if (!cropped) throw new Error('there is a recipe');
    expect(memoryForLargest(cropped, limits(1_000_000))).toBeLessThan(
      memoryForLargest(recipe, limits(1_000_000)),
    );
  });
});

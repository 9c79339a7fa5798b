import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imagesAtOnce } from './environment.ts';
import { parseSettings, type Settings, type SettingsInput } from './settings.ts';
import { memoryForLargest, memoryWarnings, oldestMessageAlarm } from './sizing.ts';
import { CLOSING_MS } from './timing.ts';

const small: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'thumb', steps: [{ resize: { width: 200 } }] }] },
];
const whole: SettingsInput['recipes'] = [
  { name: 'scans', variants: [{ name: 'upright', steps: ['rotate'] }] },
];
const parse = (rest: object): Settings => parseSettings({ recipes: small, ...rest }, 'test');

describe('settings that are wrong together are refused, with the path of the one to change', () => {
  test.each([
    [
      { function: { reservedConcurrency: 5 } },
      /queue\.maximumConcurrency: 10 calls at once are more than function\.reservedConcurrency allows \(5\)/,
    ],
    [
      { function: { timeout: 10 }, queue: { batchSize: 100, batchWindow: 1 } },
      /queue\.batchSize: 100 messages cannot be done within function\.timeout \(10 s\).* 50 can/,
    ],
    [
      { alarms: { oldestMessage: 3600 }, queue: { retention: 3600 } },
      /alarms\.oldestMessage: messages are gone after 3600 s/,
    ],
    [
      { function: { timeout: 900 }, queue: { retention: 16_200 } },
      /queue\.retention: messages are gone after 16200 s .*, before the alarm .* \(16200 s\)/,
    ],
  ])('%j', (settings, problem) => {
    expect(() => parse(settings)).toThrow(problem);
  });

  test('and all of them at once', () => {
    const wrong = {
      function: { reservedConcurrency: 2, timeout: 10 },
      queue: { batchSize: 1000, batchWindow: 1, retention: 60 },
    };
    expect(() => parse(wrong)).toThrow(/maximumConcurrency[^]*batchSize[^]*retention/);
  });

  test('whatever the settings: what is taken is consistent', () => {
    fc.assert(
      fc.property(
        fc.record({
          timeout: fc.integer({ min: 10, max: 900 }),
          memory: fc.integer({ min: 512, max: 10_240 }),
          reserved: fc.option(fc.integer({ min: 2, max: 50 }), { nil: undefined }),
          batchSize: fc.integer({ min: 1, max: 2000 }),
          maximumConcurrency: fc.integer({ min: 2, max: 60 }),
          retention: fc.integer({ min: 60, max: 100_000 }),
        }),
        ({ timeout, memory, reserved, batchSize, maximumConcurrency, retention }) => {
          let settings: Settings;
          try {
            settings = parse({
              function: { timeout, memory, reservedConcurrency: reserved },
              queue: { batchSize, batchWindow: 1, maximumConcurrency, retention },
            });
          } catch {
            return;
          }
          expect(maximumConcurrency).toBeLessThanOrEqual(reserved ?? Infinity);
          expect((batchSize * 100) / imagesAtOnce(memory)).toBeLessThanOrEqual(
            timeout * 1000 - CLOSING_MS,
          );
          expect(oldestMessageAlarm(settings)).toBeLessThan(retention);
        },
      ),
    );
  });
});

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
    expect(memoryWarnings(parse({}))).toEqual([]);
  });

  test('is a warning that names the recipe and what to change, where it does not fit', () => {
    expect(memoryWarnings(parse({ recipes: [...small, ...whole] }))).toEqual([
      expect.stringMatching(
        /^function\.memory: 1,769 MiB do not hold .*limits\.pixels 100,000,000.*"scans".*about [\d,]+ MiB/,
      ),
    ]);
    expect(memoryWarnings(parse({ recipes: whole, limits: { pixels: 30_000_000 } }))).toEqual([]);
  });

  test('counts no picture that the steps refuse', () => {
    const crop = [{ crop: { left: 99_000, top: 0, width: 10, height: 10 } }];
    const [cropped] = parse({
      recipes: [{ name: 'a', variants: [{ name: 'b', steps: crop }] }],
    }).recipes;
    if (!cropped) throw new Error('there is a recipe');
    expect(memoryForLargest(cropped, limits(1_000_000))).toBeLessThan(100);
  });
});

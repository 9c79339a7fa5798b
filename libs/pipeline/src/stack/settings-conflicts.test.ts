import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  oldestMessageAlarm,
  parseSettings,
  type Settings,
  type SettingsInput,
} from './settings.ts';
import { CLOSING_MS } from './timing.ts';
import { imagesAtOnce } from '../memory.ts';

const small: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'thumb', steps: [{ resize: { width: 200 } }] }] },
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
    [
      { source: { bucket: 'uploads', cors: { origins: ['*'] } } },
      /source\.cors: the stack does not change the CORS configuration of uploads/,
    ],
    [
      { source: { keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1' } },
      /source\.keyArn: needs `bucket`/,
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

describe('CORS', () => {
  test('is off by default, and allows all methods and headers of uploads to the given origins', () => {
    expect(parse({}).source).toBeUndefined();
    expect(parse({ source: {} }).source?.cors).toBeUndefined();
    const { source, delivery } = parse({
      source: { cors: { origins: ['https://shop.example'] } },
      delivery: { cors: { origins: ['https://*.shop.example:8443', '*'] } },
    });
    expect(source?.cors).toEqual({
      origins: ['https://shop.example'],
      methods: ['PUT', 'POST'],
      headers: ['*'],
    });
    expect(delivery?.cors).toMatchObject({ methods: ['GET', 'HEAD'], headers: ['*'] });
  });

  test.each([
    [{ origins: [] }, /source\.cors\.origins: Too small/],
    [{ origins: ['https://shop.example/'] }, /origins\[0\]: must be `\*` or an origin/],
    [{ origins: ['shop.example'] }, /origins\[0\]: must be `\*` or an origin/],
    [{ origins: ['https://*.*.example'] }, /origins\[0\]: must be/],
    [{ origins: ['*'], methods: ['GET'] }, /methods\[0\]: .*"PUT"\|"POST", got "GET"/],
    [{ origins: ['*'], headers: ['x-*-y'] }, /headers\[0\]: must be the name of a header/],
  ])('refuses %j', (cors, problem) => {
    expect(() => parse({ source: { cors } })).toThrow(problem);
  });
});

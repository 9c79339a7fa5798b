import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RecipeInput } from '../recipe/recipe.ts';
import {
  type DeployedNames,
  environmentBytes,
  EnvironmentError,
  formatEnvironment,
  MAX_ENVIRONMENT_BYTES,
  parseEnvironment,
  RECIPES_FILE,
  transportRecipes,
} from './environment.ts';
import { doneManifest } from '../testing/manifests.ts';
import { makeOutcomeOf } from './public-variants.ts';
import { parseSettings, type Settings } from './settings.ts';

const few: RecipeInput[] = [{ name: 'photos', variants: [{ name: 'thumb', steps: ['rotate'] }] }];
const many = Array.from({ length: 60 }, (_, index) => ({
  name: `recipe-${index}`,
  match: { prefix: `tenant-${index}/` },
  variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }],
}));
const names: DeployedNames = {
  sourceBucket: 'photos-source-0a1b2c3',
  processedBucket: 'photos-processed-0a1b2c3',
  queueUrl: 'https://sqs.eu-central-1.amazonaws.com/123456789012/photos-queue',
  deadLetterQueueUrl: 'https://sqs.eu-central-1.amazonaws.com/123456789012/photos-dead-letters',
};

const folder = mkdtempSync(path.join(tmpdir(), 'darkroom-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

function settingsOf(recipes: readonly RecipeInput[], rest: object = {}): Settings {
  return parseSettings({ recipes, ...rest }, 'test');
}

describe('what the program writes, the function reads', () => {
  test('with recipes in the environment', () => {
    const settings = settingsOf(few, {
      limits: { pages: 7 },
      function: { memory: 3538 },
      queue: { maxReceiveCount: 8 },
      logs: { level: 'DEBUG' },
      tracing: true,
    });
    const variables = formatEnvironment(settings, transportRecipes(few), names);
    expect(parseEnvironment(variables, folder)).toEqual({
      ...names,
      recipes: settings.recipes,
      limits: settings.limits,
      maxReceiveCount: 8,
      longestBackOff: 900,
      concurrency: 2,
      logLevel: 'DEBUG',
      tracing: true,
    });
  });

  test('with outcome files of the variants that are delivered', () => {
    const settings = settingsOf(few, { delivery: { outcomes: true, variants: ['thumb'] } });
    const variables = formatEnvironment(settings, transportRecipes(few, settings), names);
    const { makeOutcome } = parseEnvironment(variables, folder);
    expect(makeOutcome?.(doneManifest)).toEqual(makeOutcomeOf(settings)?.(doneManifest));
    expect(parseEnvironment(variables, folder).makeOutcome).toBeDefined();
  });

  test('with recipes in a file of the package', () => {
    const settings = settingsOf(many);
    const transport = transportRecipes(many);
    expect(transport.variable).toBe(`file:${RECIPES_FILE}`);
    writeFileSync(path.join(folder, RECIPES_FILE), transport.file ?? '');
    const variables = formatEnvironment(settings, transport, names);
    expect(parseEnvironment(variables, folder)).toMatchObject({
      recipes: settings.recipes,
      logLevel: 'INFO',
      tracing: false,
    });
  });
});

test('the function works on one image for each whole processor, and on one at least', () => {
  const concurrencyOf = (memory: number) =>
    formatEnvironment(settingsOf(few, { function: { memory } }), transportRecipes(few), names)[
      'DARKROOM_CONCURRENCY'
    ];
  expect([512, 1769, 3537, 3538, 10_240].map(concurrencyOf)).toEqual(['1', '1', '1', '2', '5']);
});

test('where images would take all of libuv’s threads, it has more', () => {
  const threadsOf = (memory: number) =>
    formatEnvironment(settingsOf(few, { function: { memory } }), transportRecipes(few), names)[
      'UV_THREADPOOL_SIZE'
    ];
  expect([1769, 3538, 5307, 10_240].map(threadsOf)).toEqual([undefined, undefined, '5', '7']);
});

test('nobody looks for an X-Ray daemon unless tracing is on', () => {
  const variables = formatEnvironment(settingsOf(few), transportRecipes(few), names);
  expect(variables['POWERTOOLS_TRACE_ENABLED']).toBe('false');
});

test('an event bus is told of, where there is one', () => {
  const eventBus = 'arn:aws:events:eu-central-1:123456789012:event-bus/photos-outcomes';
  const transport = transportRecipes(few);
  const settings = settingsOf(few);
  const variables = formatEnvironment(settings, transport, { ...names, eventBus });
  expect(parseEnvironment(variables, folder)).toMatchObject({ eventBus });
  const without = formatEnvironment(settings, transport, names);
  expect(parseEnvironment(without, folder)).not.toHaveProperty('eventBus');
});

describe('Lambda’s 4 KB', () => {
  /** Recipes that have that many bytes as a variable: JSON in JSON. */
  function recipesOf(bytes: number): RecipeInput[] {
    const withPrefix = (length: number) =>
      few.map((recipe) => ({ ...recipe, match: { prefix: 'p'.repeat(length) } }));
    const empty = JSON.stringify(JSON.stringify(withPrefix(0)));
    return withPrefix(bytes - Buffer.byteLength(empty));
  }

  test('decide how recipes travel: they may have 3,072 bytes', () => {
    expect(transportRecipes(recipesOf(3056))).toEqual({
      variable: JSON.stringify(recipesOf(3056)),
    });
    expect(transportRecipes(recipesOf(3057))).toEqual({
      variable: 'file:recipes.json',
      file: JSON.stringify(recipesOf(3057)),
    });
    const cats = few.map((recipe) => ({ ...recipe, match: { prefix: '猫'.repeat(1024) } }));
    expect(transportRecipes(cats)).toHaveProperty('file');
  });

  test('are kept with the longest names that AWS allows', () => {
    const longest: DeployedNames = {
      sourceBucket: 's'.repeat(63),
      processedBucket: 'p'.repeat(63),
      queueUrl: `https://sqs.ap-southeast-1.amazonaws.com/123456789012/${'q'.repeat(80)}`,
      deadLetterQueueUrl: `https://sqs.ap-southeast-1.amazonaws.com/123456789012/${'q'.repeat(80)}`,
    };
    const recipes = recipesOf(3056);
    const limits = {
      ...{ bytes: 2 ** 31 - 1, pixels: 1_000_000_000, side: 1_000_000, pages: 10_000 },
      ...{ cpuSeconds: 899.999, memory: 10_240 },
    };
    const settings = { ...settingsOf(few, { function: { memory: 10_240 } }), limits };
    const variables = formatEnvironment(settings, transportRecipes(recipes), longest);
    expect(variables['DARKROOM_RECIPES']).toBe(JSON.stringify(recipes));
    expect(environmentBytes(variables)).toBeLessThanOrEqual(MAX_ENVIRONMENT_BYTES);
    expect(environmentBytes(variables)).toBeGreaterThan(MAX_ENVIRONMENT_BYTES - 512);
  });

  test('are kept with the longest ARN of an event bus, too', () => {
    const eventBus = `arn:aws-us-gov:events:us-gov-east-1:123456789012:event-bus/${'b'.repeat(256)}`;
    const recipes = recipesOf(2672);
    const transport = transportRecipes(recipes, { events: {} });
    const variables = formatEnvironment(settingsOf(few), transport, { ...names, eventBus });
    expect(variables['DARKROOM_RECIPES']).toBe(JSON.stringify(recipes));
    expect(environmentBytes(variables)).toBeLessThanOrEqual(MAX_ENVIRONMENT_BYTES);
    expect(transportRecipes(recipesOf(2673), { events: {} })).toHaveProperty('file');
  });

  test('are kept with the variants of outcome files, too', () => {
    const settings = settingsOf(few, { delivery: { outcomes: true, variants: ['thumb'] } });
    const variable = '{"variants":["thumb"]}';
    const bytes = JSON.stringify({ DARKROOM_OUTCOMES: variable }).length;
    const recipes = recipesOf(3056 - bytes);
    const variables = formatEnvironment(settings, transportRecipes(recipes, settings), names);
    expect(variables['DARKROOM_RECIPES']).toBe(JSON.stringify(recipes));
    expect(variables['DARKROOM_OUTCOMES']).toBe(variable);
    expect(transportRecipes(recipesOf(3057 - bytes), settings)).toHaveProperty('file');
  });

  test('are a clear error where they are passed', () => {
    const variable = 'x'.repeat(4000);
    expect(() => formatEnvironment(settingsOf(few), { variable }, names)).toThrow(
      /variables have 4\d{3} bytes together, Lambda allows 4096/,
    );
  });
});

describe('a wrong environment', () => {
  function refusal(variables: Record<string, string | undefined>): string[] {
    try {
      parseEnvironment(variables, folder);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      expect(error.code).toBe('INVALID_ENVIRONMENT');
      return error.message.split('\n');
    }
    throw new Error('it was taken');
  }
  const right = formatEnvironment(settingsOf(few), transportRecipes(few), names);

  test('is told with every problem at once', () => {
    expect(
      refusal({
        ...right,
        DARKROOM_SOURCE_BUCKET: undefined,
        DARKROOM_PROCESSED_BUCKET: '',
        DARKROOM_DEAD_LETTER_QUEUE_URL: 'photos-dead-letters',
        DARKROOM_RECIPES: JSON.stringify([{ ...few[0], variants: [{ name: 'V', stepz: [] }] }]),
        DARKROOM_LIMITS: '{',
        DARKROOM_MAX_RECEIVE_COUNT: '0',
        DARKROOM_CONCURRENCY: '1e3',
        POWERTOOLS_LOG_LEVEL: 'LOUD',
        POWERTOOLS_TRACE_ENABLED: 'yes',
      }),
    ).toEqual([
      "The function's environment is not valid:",
      '  DARKROOM_SOURCE_BUCKET: is missing: expected text',
      '  DARKROOM_PROCESSED_BUCKET: Too small: expected string to have >=3 characters, got ""',
      '  DARKROOM_DEAD_LETTER_QUEUE_URL: Invalid URL, got "photos-dead-letters"',
      expect.stringMatching(/^ {2}DARKROOM_RECIPES\[0\]\.variants\[0\]\.name: a name is /),
      '  DARKROOM_RECIPES[0].variants[0].stepz: unknown key; allowed: name, steps, widths, encode, when, pages, frames, animated, copy (recipe "photos", variant "V")',
      '  DARKROOM_RECIPES[0].variants[0].steps: is missing: expected a list, or copy: true (recipe "photos", variant "V")',
      expect.stringMatching(/^ {2}DARKROOM_LIMITS: is no JSON: /),
      '  DARKROOM_MAX_RECEIVE_COUNT: must be a whole number above 0, got "0"',
      '  DARKROOM_CONCURRENCY: must be a whole number above 0, got "1e3"',
      '  POWERTOOLS_LOG_LEVEL: Invalid option: expected one of "DEBUG"|"INFO"|"WARN"|"ERROR", got "LOUD"',
      '  POWERTOOLS_TRACE_ENABLED: Invalid option: expected one of "true"|"false", got "yes"',
    ]);
  });

  test('a mistake in a file of recipes is told with their names too', () => {
    const wrong = [{ name: 'photos', variants: [{ name: 'web', steps: [{ blur: 5000 }] }] }];
    writeFileSync(path.join(folder, 'wrong.json'), JSON.stringify(wrong));
    expect(refusal({ ...right, DARKROOM_RECIPES: 'file:wrong.json' })[1]).toMatch(
      /^ {2}DARKROOM_RECIPES\[0\]\.variants\[0\]\.steps\[0\]\.blur: .*5000 \(recipe "photos", variant "web"\)$/,
    );
  });

  test('a source bucket that is the processed bucket too would never end', () => {
    expect(refusal({ ...right, DARKROOM_PROCESSED_BUCKET: names.sourceBucket })).toEqual([
      expect.any(String),
      expect.stringMatching(
        /^ {2}DARKROOM_PROCESSED_BUCKET: is the source bucket too.*without end/,
      ),
    ]);
  });

  test('a file of recipes that the package does not hold is one of the problems', () => {
    expect(
      refusal({ ...right, DARKROOM_RECIPES: 'file:none.json', DARKROOM_CONCURRENCY: '' }),
    ).toEqual([
      expect.any(String),
      expect.stringMatching(/^ {2}DARKROOM_RECIPES: cannot be read: ENOENT.*none\.json'$/),
      '  DARKROOM_CONCURRENCY: must be a whole number above 0, got ""',
    ]);
  });

  test('an empty one names every variable', () => {
    const missing = refusal({}).slice(1);
    expect(missing.every((line) => /is missing|expected one of/.test(line))).toBe(true);
    expect(missing.map((line) => line.trim().split(':')[0])).toEqual(
      Object.keys(right).filter((name) => /^DARKROOM|LEVEL|TRACE/.test(name)),
    );
  });
});

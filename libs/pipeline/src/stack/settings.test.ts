import { describe, expect, test } from 'vitest';
import { parseSettings, SettingsError, type Settings } from './settings.ts';

const recipes = [{ name: 'photos', variants: [{ name: 'thumb', steps: ['rotate'] }] }];
const parse = (rest: object): Settings => parseSettings({ recipes, ...rest }, 'Pulumi.dev.yaml');

function refusal(input: unknown): SettingsError {
  try {
    parseSettings(input, 'Pulumi.dev.yaml, darkroom:pipeline');
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test('recipes are all that has to be said', () => {
  expect(parse({})).toMatchObject({
    limits: {
      ...{ bytes: 104_857_600, pixels: 100_000_000, side: 65_535, pages: 500 },
      ...{ cpuSeconds: 20, memory: 2048 },
    },
    function: { architecture: 'arm64', memory: 1769, timeout: 60, ephemeralStorage: 512 },
    queue: { batchSize: 5, batchWindow: 0, maximumConcurrency: 10, maxReceiveCount: 5 },
    logs: { level: 'INFO', retentionDays: 30 },
    tracing: false,
    storage: { protect: true, expireNoncurrentDays: 30 },
    tags: {},
  });
});

test('all problems are told at once, each with its place and what is allowed', () => {
  const { message, code } = refusal({
    recipes: [
      ...recipes,
      { name: 'web', variants: [{ name: 'thumb', steps: [{ resize: { widht: 320, width: 1 } }] }] },
    ],
    functions: {},
    function: { memory: 128, architecture: 'arm' },
    queue: { batchSize: 100 },
    logs: { retentionDays: 31 },
    limits: { bytes: '10 MB' },
    tracing: 'yes',
  });
  expect(code).toBe('INVALID_SETTINGS');
  expect(message.split('\n')).toEqual([
    'Pulumi.dev.yaml, darkroom:pipeline is not valid:',
    expect.stringMatching(
      /^ {2}recipes\[1\]\.variants\[0\]\.steps\[0\]\.resize\.widht: unknown option "widht"; allowed: width, /,
    ),
    '  limits.bytes: expected a number, got "10 MB"',
    '  function.architecture: Invalid option: expected one of "arm64"|"x86_64", got "arm"',
    '  function.memory: Too small: expected number to be >=512, got 128',
    '  queue.batchWindow: a batchSize above 10 needs a batchWindow of at least 1 second',
    expect.stringMatching(/^ {2}logs\.retentionDays: .*expected one of 1\|3\|5\|.*, got 31$/),
    '  tracing: expected true or false, got "yes"',
    expect.stringMatching(/^ {2}functions: unknown key; allowed: recipes, limits, function, /),
  ]);
});

test.each([
  [undefined, 'is missing: expected a map'],
  [{}, 'recipes: is missing: expected a list'],
  [[], 'expected a map, got a list'],
])('%j is refused: %s', (input, problem) => {
  expect(refusal(input).message).toBe(
    `Pulumi.dev.yaml, darkroom:pipeline is not valid:\n  ${problem}`,
  );
});

describe('a queue', () => {
  test('waits for big batches to fill', () => {
    expect(parse({ queue: { batchSize: 11, batchWindow: 1 } }).queue.batchSize).toBe(11);
    expect(() => parse({ queue: { batchSize: 11 } })).toThrow(/queue\.batchWindow/);
  });

  test('keeps dead letters longer than messages, whose age they keep', () => {
    expect(() => parse({ queue: { retention: 3600, deadLetterRetention: 3600 } })).toThrow(
      /queue\.deadLetterRetention: must be longer than queue\.retention \(3600 s\)/,
    );
    expect(() => parse({ queue: { retention: 14 * 86_400 } })).toThrow(/deadLetterRetention/);
  });
});

describe('a webhook', () => {
  const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
  const parse = (webhook: { url?: unknown; secret?: unknown }) =>
    parseSettings({ recipes, events: { webhook } }, 'test').events;

  test.each([
    'https://shop.example/hooks?token=1',
    'https://shop.example:8443/',
    'http://127.0.0.1:3000/hooks',
    'http://localhost:3000',
    'http://[::1]:3000',
  ])('%s receives events', (url) => {
    expect(parse({ url, secret })).toEqual({ webhook: { url, secret } });
  });

  test.each([
    ['http://shop.example/hooks', 'must begin with https://'],
    ['http://169.254.169.254/latest/meta-data', 'must begin with https://'],
    ['http://127.0.0.1.example', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['https://user:password@shop.example', 'must not contain a user name or password'],
    ['shop.example/hooks', 'is not a URL'],
  ])('%s does not', (url, problem) => {
    expect(() => parse({ url, secret })).toThrow(`events.webhook.url: ${problem}`);
  });

  test.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['not Base64', `whsec_${'?'.repeat(40)}`],
    ['empty', ''],
  ])('a secret that is %s is rejected, and not repeated', (_what, wrong) => {
    const parseWrong = () => parse({ url: 'https://shop.example', secret: wrong });
    expect(parseWrong).toThrow(
      /events\.webhook\.secret: must be whsec_ and 24 to 64 random bytes in Base64, such as of `[^`]*`$/,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage, type ParsedMessage } from '@darkroom/events';
import { parserProblem } from './fuzz-messages.ts';
import { mutatedMessage } from './mutated-message.ts';

/** On a slow machine the budget (milliseconds) ends the test earlier. */
const RUNS = { numRuns: 5_000, interruptAfterTimeLimit: 30_000 };

test('mutated messages are parsed or rejected, and have no other effect', () => {
  const seed = Number(process.env['DARKROOM_SEED'] ?? Date.now() % 2 ** 31);
  const outcomes: Record<string, number> = {};
  const property = fc.property(mutatedMessage, (body) => {
    const outcome = parserProblem(body) ?? (isRead(body) ? 'read' : 'refused');
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    expect(['read', 'refused']).toContain(outcome);
  });
  fc.assert(property, { ...RUNS, seed });
  console.log(`Seed ${seed}`, outcomes);
  expect(outcomes).toMatchObject({
    read: expect.any(Number),
    refused: expect.any(Number),
  });
});

function isRead(body: string): boolean {
  try {
    parseMessage(body);
    return true;
  } catch {
    return false;
  }
}

describe('finds a wrong parser:', () => {
  const change = { bucket: 'photos', key: 'a.jpg' };
  const changes = (...all: object[]) => ({ kind: 'changes', changes: all }) as ParsedMessage;

  test.each<[string, (body: string) => ParsedMessage, RegExp]>([
    ['another error', (body) => JSON.parse(body.slice(1)) as ParsedMessage, /SyntaxError/],
    ['a key that is not a string', () => changes({ ...change, key: 7 }), /a key 7/],
    ['an empty key', () => changes({ ...change, key: '' }), /a key of 0 bytes/],
    ['a duplicate object', () => changes(change, change), /twice/],
    [
      'a key that changes when it is parsed again',
      () => changes({ ...change, key: 'b' }),
      /read again/,
    ],
  ])('%s', (_, parse, wrong) => {
    let calls = 0;
    const atFirst = (body: string) => (calls++ === 0 ? parse(body) : changes(change));
    expect(parserProblem('{}', atFirst)).toMatch(wrong);
  });

  test('it changes a prototype', () => {
    const pollute = (): ParsedMessage => {
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
      return { kind: 'test' };
    };
    try {
      expect(parserProblem('{}', pollute)).toBe('a prototype has changed');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
    expect(parserProblem('{}')).toBeUndefined();
  });
});

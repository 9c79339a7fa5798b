import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseArguments, terminalOf } from './command-line.ts';
import { DeployError, messagesOf, reasonOf } from './deploy-error.ts';

test.each([
  [['dev'], { stack: 'dev', yes: false }],
  [['--yes', 'prod'], { stack: 'prod', yes: true }],
  [['prod', '-y'], { stack: 'prod', yes: true }],
])('%j', (given, wanted) => {
  expect(parseArguments(given)).toEqual(wanted);
});

test.each([[[]], [['dev', 'prod']], [['--force', 'dev']], [['../dev']]])(
  '%j is refused, and told how it is written',
  (given) => {
    const message = expect.stringMatching(/.\nUsage: npm run deploy -- STACK \[--yes\]$/);
    const cause = expect.any(Error);
    const problem = expect.objectContaining({
      name: 'DeployError',
      code: 'ARGUMENTS',
      message,
      cause,
    });
    expect(() => parseArguments(given)).toThrow(problem);
  },
);

test.each(['dev', 'acme/dev', 'acme/darkroom/dev'])('%s names a stack', (stack) => {
  expect(parseArguments([stack])).toMatchObject({ stack });
});

test.each(['/dev', 'a/b/c/dev', 'a//dev', 'dev/'])('%s does not', (stack) => {
  expect(() => parseArguments([stack])).toThrow(/is no name of a stack/);
});

describe('the terminal', () => {
  /** @param answer what the person types; undefined without a terminal */
  function terminalWith(answer?: string) {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    if (answer !== undefined) stdin.write(`${answer}\n`);
    const streams = { stdin: Object.assign(stdin, { isTTY: answer !== undefined }), stdout };
    const shown = () => String(stdout.read());
    return { ...terminalOf(streams as unknown as NodeJS.Process), stdin, shown };
  }

  test('shows lines', () => {
    const { print, shown } = terminalWith();
    print('one');
    print('two');
    expect(shown()).toBe('one\ntwo\n');
  });

  test('asks, and waits for nothing else then', async () => {
    const { ask, shown, stdin } = terminalWith('yes');
    expect(await ask('Deploy? ')).toBe('yes');
    expect(shown()).toBe('Deploy? ');
    expect(stdin.isPaused()).toBe(true);
  });

  test('asks nobody where nobody is', async () => {
    const { ask, stdin } = terminalWith();
    expect(await ask('Deploy? ')).toBeUndefined();
    expect(stdin.readableFlowing).toBeNull();
  });
});

describe('what it ends with', () => {
  const problems = ['no login', 'no region'].map((text) => new DeployError('STACK_FILE', text));

  test('is what the person has to see to', () => {
    expect(messagesOf(problems[0])).toEqual(['no login']);
    expect(messagesOf(new AggregateError(problems))).toEqual(['no login', 'no region']);
  });

  test('is any other error as it is', () => {
    const defects = [
      new TypeError('defect'),
      new AggregateError([...problems, new Error('defect')]),
    ];
    for (const defect of defects)
      expect(() => messagesOf(defect)).toThrow(expect.objectContaining({ stack: defect.stack }));
  });

  test.each([
    [new Error('why'), 'why'],
    ['why', 'why'],
  ])('names the reason %s', (thrown, reason) => {
    expect(reasonOf(thrown)).toBe(reason);
  });
});

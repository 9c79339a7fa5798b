import { expect, test } from 'vitest';
import { addUp, closingLine } from './add-up.mjs';

const passed = { fullName: ' reads a key', status: 'passed' };
const failed = { fullName: ' writes a key', status: 'failed' };
const skipped = { fullName: ' needs rclone', status: 'skipped' };

const file = (status, assertionResults, message = '') => ({
  name: 'src/key.test.ts',
  status,
  message,
  assertionResults,
});
const report = (success, ...testResults) => ({ success, testResults });

test('adds the projects up, and names what failed and what was skipped', () => {
  const sum = addUp({
    'libs/events': report(true, file('passed', [passed, skipped]), file('passed', [passed])),
    'apps/local': report(false, file('failed', [passed, failed])),
  });
  expect(sum).toEqual({
    passed: 3,
    failed: ['apps/local: writes a key'],
    skipped: ['libs/events: needs rclone'],
  });
  expect(closingLine(sum)).toBe('3 passed, 1 failed, 1 skipped');
});

test('a failed test comes with the beginning of its message, without colours', () => {
  const message = `\u001b[31mError: Timeout\u001b[39m\n${'    at x.ts\n'.repeat(30)}`;
  const failure = { ...failed, failureMessages: [message] };
  const [text] = addUp({ lab: report(false, file('failed', [failure])) }).failed;
  expect(text.split('\n').slice(0, 3)).toEqual([
    'lab: writes a key',
    '           Error: Timeout',
    '               at x.ts',
  ]);
  expect(text.split('\n')).toHaveLength(16);
});

test('the closing line tells of skipped tests only where there are some', () => {
  expect(closingLine({ passed: 2, failed: [], skipped: [] })).toBe('2 passed, 0 failed');
});

test.each(['skipped', 'pending', 'todo', 'disabled'])('a %s test is a skipped one', (status) => {
  const sum = addUp({ a: report(true, file('passed', [passed, { ...skipped, status }])) });
  expect(closingLine(sum)).toBe('1 passed, 0 failed, 1 skipped');
});

test.each([
  ['a project without a report', undefined, 'a: left no report'],
  ['a project without tests', report(false), 'a: ran no test'],
  ['a project whose files have no tests', report(true, file('passed', [])), 'a: ran no test'],
  [
    'a file that cannot be imported',
    report(false, file('failed', [], "Cannot find module './x.ts'\nstack")),
    "a: src/key.test.ts failed outside its tests: Cannot find module './x.ts'",
  ],
  [
    'a hook that throws, whose tests then count as skipped',
    report(false, file('failed', [skipped], 'port taken')),
    'a: src/key.test.ts failed outside its tests: port taken',
  ],
  [
    'an error that no test awaits, though all tests pass',
    { ...report(true, file('passed', [passed])), unhandledErrors: ['Error: late'] },
    'a: unhandled error\n           Error: late',
  ],
  [
    'a run that failed for no reason that is told',
    report(false, file('passed', [passed])),
    'a: failed outside its tests',
  ],
])('%s is one failed', (_, report, name) => {
  expect(addUp({ a: report }).failed).toEqual([name]);
});

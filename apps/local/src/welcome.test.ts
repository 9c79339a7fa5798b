import { expect, test } from 'vitest';
import { exampleStack } from '@darkroom/console-api/testing';
import type { LocalStack } from './local-stack.ts';
import { notes, welcome } from './welcome.ts';

const recipe = exampleStack().recipes[0] as ReturnType<typeof exampleStack>['recipes'][number];
const stack = {
  info: exampleStack({ recipes: Array.from({ length: 40 }, () => recipe) }),
  url: 'http://127.0.0.1:4400',
  changes: { created: 1, updated: 2, replaced: 3, deleted: 4, same: 5 },
  notEmulated: ['IAM: permissions are not checked'],
  unknownTypes: ['aws:ssm/parameter:Parameter', 'command:local:Command'],
  recovered: 3,
  outdated: 2,
} as Partial<LocalStack> as LocalStack;

test('the welcome has at most 15 lines, and one of them lists the types that are not emulated', () => {
  const lines = welcome(stack, { dataDir: '/data' }).trim().split('\n');
  expect(lines.length).toBeLessThanOrEqual(15);
  expect(lines).toContainEqual(
    expect.stringMatching(/Not emulated aws:ssm\/parameter:Parameter, command:local:Command/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/Out of date +2 uploads .*compare.*apply/));
  expect(lines).toContainEqual(expect.stringMatching(/"npm start -- --notes" lists 1 differences/));
});

test('the notes list every difference from AWS', () => {
  expect(notes(stack)).toContain('  - IAM: permissions are not checked');
});

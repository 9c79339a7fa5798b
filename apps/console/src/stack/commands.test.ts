import { expect, test } from 'vitest';
import { uploadCommands } from './commands.ts';
import type { StackInfo } from './stack-info.ts';

function stackWith(prefix: string, suffixes?: string[]): StackInfo {
  return {
    stack: 'local',
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    sourceBucket: 'in',
    processedBucket: 'out',
    recipes: [{ name: 'r', match: { prefix, suffixes }, variants: ['thumb'] }],
  };
}

function commands(stack: StackInfo): string[] {
  return stack.recipes.flatMap((recipe) => uploadCommands(stack, recipe).map(({ text }) => text));
}

test('name the endpoint, the bucket and a key of the recipe', () => {
  expect(commands(stackWith('uploads/'))).toEqual([
    'curl -T photo.jpg http://127.0.0.1:4566/in/uploads/photo.jpg',
    'AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 aws --endpoint-url http://127.0.0.1:4566 s3 cp photo.jpg s3://in/uploads/photo.jpg',
  ]);
});

test('take a name that the recipe matches', () => {
  expect(commands(stackWith('', ['.png']))[0]).toBe(
    'curl -T photo.png http://127.0.0.1:4566/in/photo.png',
  );
});

test('are safe to paste whatever the prefix is', () => {
  expect(commands(stackWith("it's $(rm)/"))[1]).toContain(
    String.raw`'s3://in/it'\''s $(rm)/photo.jpg'`,
  );
});

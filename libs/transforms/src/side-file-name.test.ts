import { expect, test } from 'vitest';
import { readSideFileName, sideFileSchema } from './side-file-name.ts';

test.each([
  ['logo.png', { from: 'bundle', path: 'logo.png' }],
  ['brand/2024/logo-3f2a.webp', { from: 'bundle', path: 'brand/2024/logo-3f2a.webp' }],
  ['s3:brand/logo.png', { from: 'bucket', path: 'brand/logo.png' }],
  ['..logo', { from: 'bundle', path: '..logo' }],
])('%s', (name, read) => {
  expect(readSideFileName(sideFileSchema.parse(name))).toEqual(read);
});

test.each([
  '',
  '/etc/passwd',
  '../logo.png',
  'a/../../logo.png',
  'a/..',
  'a//b',
  'a/',
  './logo.png',
  'a\\b',
  's3:',
  's3:/logo.png',
  's3:brand/*.png',
  's3:${aws:username}',
  'http://x/logo.png',
  'logo.png\0',
  'lo\ngo.png',
  'x'.repeat(513),
])('%j names no side file', (name) => {
  expect(sideFileSchema.safeParse(name).success).toBe(false);
});

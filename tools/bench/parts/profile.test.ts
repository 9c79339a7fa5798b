import { expect, test } from 'vitest';
import { packageOf, profileRows, selfTimes } from './profile.ts';

test('a source belongs to a package, or to a part of Darkroom', () => {
  expect(packageOf('../../../node_modules/@smithy/core/dist-es/x.js')).toBe('@smithy/core');
  expect(packageOf('../../node_modules/a/node_modules/zod/index.js')).toBe('zod');
  expect(packageOf('../../../libs/pipeline/src/x.ts')).toBe('Darkroom: pipeline');
});

test('self time is summed by package, without idle time, as shares of the main thread', () => {
  const node = (id: number, url: string, functionName = '') => ({
    id,
    callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 },
  });
  const profile = {
    nodes: [
      ...[node(1, '', '(idle)'), node(2, 'file:///index.mjs'), node(3, 'node:fs')],
      ...[node(4, '', 'writev'), node(5, '', '(garbage collector)')],
    ],
    samples: [1, 2, 3, 2, 4, 5],
    timeDeltas: [9000, 2000, 3000, 2000, 2000, 1000],
  };
  const times = selfTimes(profile, () => 'node_modules/zod/index.js');
  expect(Object.fromEntries(times)).toEqual({
    ...{ zod: 4, 'Node.js': 3, '(garbage collector)': 1 },
    'native functions of Node.js and its add-ons': 2,
  });
  expect(profileRows(times)).toMatchObject([
    { name: 'zod', milliseconds: 4, share: 0.4 },
    { name: 'Node.js', milliseconds: 3 },
    { milliseconds: 2 },
    { name: '(garbage collector)', milliseconds: 1, share: 0.1 },
    { name: 'others', milliseconds: 0 },
  ]);
});

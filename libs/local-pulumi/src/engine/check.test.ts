import { expect, test } from 'vitest';
import { z } from 'zod';
import { autoName, check, understoodInputs } from './check.ts';
import { DeploymentLog } from './events.ts';
import type { ResourceHandler, HandlerContext } from './handler.ts';
import { isStack, urnOf } from './urn.ts';

const handler: ResourceHandler<HandlerContext> = {
  type: 'test:index:Thing',
  inputs: z.strictObject({
    name: z.string().max(20),
    size: z.number().optional(),
    list: z.array(z.strictObject({ a: z.number().optional() })).optional(),
  }),
  ignoredInputs: { tags: 'nobody reads tags' },
  ignoredValues: () => ({ size: 'too small to matter' }),
  autoName: { property: 'name', maxLength: 20 },
  create: () => ({ id: 'id', outputs: {} }),
};
const checked = (raw: object, names: Parameters<typeof check>[3] = { seed: 's' }) =>
  check(handler, 'thing', raw as never, names);

test('a check keeps the inputs, fills in the name and lists inputs without effect', () => {
  const raw = { size: null, tags: { team: 'x' }, list: [{ a: undefined }, { a: 1 }] };
  const { inputs, ...rest } = checked(raw);
  expect(inputs).toStrictEqual({
    ...{ tags: { team: 'x' }, name: expect.stringMatching(/^thing-[0-9a-f]{7}$/) },
    list: [{}, { a: 1 }],
  });
  expect(rest).toEqual({
    ...{ autoNamed: true, ignored: { tags: 'nobody reads tags', size: 'too small to matter' } },
  });
  expect(understoodInputs(handler, inputs)).toStrictEqual({
    ...{ name: inputs['name'], list: [{}, { a: 1 }] },
  });
});

test('a name of an earlier start stays, and a given one is not automatic', () => {
  expect(checked({}, { previousName: 'before' })).toMatchObject({
    ...{ inputs: { name: 'before' }, autoNamed: true },
  });
  expect(checked({ name: 'mine' })).toMatchObject({ inputs: { name: 'mine' }, autoNamed: false });
});

test.each([
  [{ a: 1, b: 2 }, 'property "a", "b" is unknown to the local engine'],
  [{ list: [{ c: 1 }] }, 'property "c" in "list.0" is unknown to the local engine'],
  [{ list: [{ a: 'x' }] }, '"list.0.a": Invalid input: expected number, received string'],
])('%j is refused', (raw, message) => {
  expect(() => checked(raw)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', message }));
});

test('a rule about all inputs has no path', () => {
  const inputs = z.strictObject({ name: z.string() }).refine(() => false, 'never right');
  const never = { ...handler, inputs };
  expect(() => check(never, 'thing', {}, {})).toThrow(/^never right$/);
});

test('an automatic name follows the rule of its service', () => {
  const rule = { property: 'name', maxLength: 22, prefix: 'pre-', suffix: () => '.end' };
  expect(autoName(rule, 'ThingA', {}, 's')).toMatch(/^pre-ThingA-[0-9a-f]{7}\.end$/);
  expect(autoName({ ...rule, lowerCase: true }, 'ThingA', {})).toMatch(/^pre-thinga-/);
  expect(autoName(rule, 'ThingA', {}, 's')).toBe(autoName(rule, 'ThingA', {}, 's'));
  expect(autoName(rule, 'ThingA', {})).not.toBe(autoName(rule, 'ThingA', {}));
  expect(() => autoName({ ...rule, maxLength: 21 }, 'ThingA', {})).toThrow('22 characters, 21');
});

test('inputs without effect are listed once, in alphabetical order', () => {
  const log = new DeploymentLog(() => undefined);
  for (const type of ['b', 'a', 'b']) log.addUnknownType(type);
  const why = 'no effect';
  for (const item of [
    { type: 't', property: 'z' },
    { type: 't', property: 'a' },
    { type: 't' },
    { type: 's' },
    { type: 't' },
  ])
    log.addNotEmulated({ ...item, why });
  expect(log.unknownTypes()).toEqual(['a', 'b']);
  expect(log.notEmulated()).toEqual([
    { type: 's', why },
    { type: 't', why },
    { type: 't', property: 'a', why },
    { type: 't', property: 'z', why },
  ]);
});

test('a URN has the types of its parents, but not of the stack', () => {
  const names = { stack: 'dev', project: 'shop', type: 'a:b:C', name: 'c' };
  const stack = urnOf({ ...names, type: 'pulumi:pulumi:Stack', name: 'shop-dev', parent: '' });
  const parent = urnOf({ ...names, type: 'a:b:P', name: 'p', parent: stack });
  expect([stack, parent].map(isStack)).toEqual([true, false]);
  expect(urnOf({ ...names, parent })).toBe('urn:pulumi:dev::shop::a:b:P$a:b:C::c');
  expect(urnOf({ ...names, parent: '' })).toBe('urn:pulumi:dev::shop::a:b:C::c');
});

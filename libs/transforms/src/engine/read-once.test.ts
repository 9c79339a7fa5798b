import { Script } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { builtinTransforms } from '../builtin/index.ts';
import { createCatalog } from '../catalog/catalog.ts';
import type { Step } from '../image-engine.ts';
import { sample } from '../testing/index.ts';
import { createEngine } from './create-engine.ts';

const catalog = createCatalog(builtinTransforms);

test('all uploads have the same bound steps: their options are parsed once', () => {
  const step = catalog.stepSchema.parse({ resize: { width: 16 } });
  expect(catalog.bind(step)).toBe(catalog.bind(step));
  const other = catalog.stepSchema.parse({ resize: { width: 17 } });
  expect(catalog.bind(other)).not.toBe(catalog.bind(step));
});

test('an upload that is estimated several times and then rendered is planned once', async () => {
  const bound: string[] = [];
  const bind = (step: Step) => {
    bound.push(step.transform);
    return catalog.bind(step);
  };
  const engine = createEngine({ catalog: { ...catalog, bind } });
  const source = await sample({ width: 64, height: 48 });
  const facts = await engine.inspect(source);
  const steps = catalog.stepsSchema.parse([{ resize: { width: 16 } }, { encode: 'webp' }]);
  const request = { facts, recipe: 'photos', variants: [{ name: 'thumb', steps }] };
  engine.estimate(request);
  engine.estimate({ ...request, concurrency: 2 });
  for await (const _ of engine.render({ source, ...request })) expect(bound).toHaveLength(2);
  engine.estimate({ ...request, recipe: 'others' });
  expect(bound).toHaveLength(4);
});

test('a file is scanned once, however often it is surveyed', async () => {
  const engine = createEngine({ catalog });
  const source = await sample({ width: 64, height: 48 });
  const survey = engine.survey(source);
  await engine.inspect(source);
  expect(engine.survey(source)).toBe(survey);
  expect(engine.survey(Buffer.from(source))).not.toBe(survey);
  expect(await survey).toMatchObject({ format: 'jpeg' });
});

test('built-in steps and those of the planner start no watchdog thread', async () => {
  const watched = vi.spyOn(Script.prototype, 'runInContext');
  const engine = createEngine({ catalog });
  const source = await sample({ width: 640, height: 480 });
  const facts = await engine.inspect(source);
  const variants = [40, 60].map((width) => ({
    name: `w${width}`,
    steps: catalog.stepsSchema.parse(['rotate', { resize: { width } }, { encode: 'jpeg' }]),
  }));
  for await (const _ of engine.render({ source, facts, recipe: 'photos', variants }));
  expect(watched).not.toHaveBeenCalled();
  watched.mockRestore();
});

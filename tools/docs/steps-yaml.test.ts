import { catalog } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { shortStep, stepsYaml } from './steps-yaml.ts';
import { transformEntries } from './transform-entry.ts';

test.each([
  ['flip', {}, undefined, '- flip'],
  ['blur', { sigma: 4 }, 'sigma', '- blur: 4'],
  ['blur', { sigma: 4, precision: 'float' }, 'sigma', '- blur: { sigma: 4, precision: float }'],
  ['crop', { aspectRatio: '1:1' }, undefined, "- crop: { aspectRatio: '1:1' }"],
])('a step of %s with %j', (name, options, scalar, yaml) => {
  expect(stepsYaml([shortStep(name, options, scalar)])).toBe(yaml);
});

test('every example on the page is a step that recipes may have', () => {
  for (const { transform, examples } of transformEntries(catalog)) {
    const steps = examples.map((options) => shortStep(transform.name, options, transform.scalar));
    for (const step of parse(stepsYaml(steps)) as unknown[]) {
      expect(catalog.stepSchema.safeParse(step).error, JSON.stringify(step)).toBeUndefined();
    }
  }
});

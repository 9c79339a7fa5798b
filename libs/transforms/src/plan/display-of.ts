import { stretch, type StretchOptions } from '../builtin/stretch.ts';
import { window, type WindowOptions } from '../builtin/window.ts';
import type { Display } from '../display/display.ts';
import type { Step } from '../image-engine.ts';

/** Steps that say how values of the file become a picture. The decode does their work. */
export function isDisplayStep({ transform }: Pick<Step, 'transform'>): boolean {
  return transform === window.name || transform === stretch.name;
}

/** How a variant shows the values of its upload; `undefined`: as the file itself says. */
export function displayOf(steps: readonly Step[]): Display | undefined {
  const step = steps.find(isDisplayStep);
  if (!step) return undefined;
  if (step.transform === stretch.name) return step.options as StretchOptions;
  const { centre, width, shape } = step.options as WindowOptions;
  return centre === undefined || width === undefined
    ? undefined
    : { type: 'window', centre, width, shape };
}

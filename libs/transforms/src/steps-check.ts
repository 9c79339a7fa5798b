import type * as z from 'zod';
import { whyNotWithGainMap } from './builtin/gain-map-steps.ts';
import type { Transform } from './define-transform.ts';
import { keepsGainMap, variantSettings } from './plan/variant-settings.ts';
import type { Step } from './types.ts';

/**
 * What the steps of a variant have to be to each other: settings hold for the whole variant, so that one says each once;
 * facts are found by name; nothing comes after the file is written; raw pixels are sRGB; a gain map goes on from what its
 * picture was.
 */
export function checkSteps(
  steps: readonly Step[],
  find: (name: string) => Transform | undefined,
  context: z.RefinementCtx,
): void {
  const said = new Set<string>();
  const keepsColours = steps.some(
    ({ transform, options }) => transform === 'colourspace' && options['space'] !== 'srgb',
  );
  // Only a JPEG has one, so that `source` means that.
  const hasGainMap = keepsGainMap(variantSettings({ steps }, { format: 'jpeg' }));
  steps.forEach((step, index) => {
    const { transform } = step;
    const refuse = (message: string) =>
      context.addIssue({ code: 'custom', path: [index], message });
    const kind = find(transform)?.kind;
    if (kind === 'setting' || kind === 'facts') {
      if (said.has(transform)) refuse(`a variant says ${transform} once`);
      said.add(transform);
    }
    if (kind !== 'setting' && said.has('encode')) {
      refuse(`${transform} comes after encode, which writes the file: move encode to the end`);
    }
    const why = hasGainMap && kind ? whyNotWithGainMap(step, kind) : undefined;
    if (why) refuse(why);
    if (kind === 'raw' && keepsColours) {
      refuse(`${transform} works on 8-bit sRGB pixels, which colourspace yields as srgb alone`);
    }
  });
}

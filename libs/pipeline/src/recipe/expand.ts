import type { Step } from '@darkroom/transforms';
import { catalog } from '../catalog.ts';
import { formatOf, variantName } from './names.ts';
import type { VariantStep } from './steps.ts';
import type { RecipeVariant, WrittenVariant } from './variant.ts';

/**
 * The plain variants that a written one stands for, in the order of its widths and, for each, of its formats.
 *
 * @param animated the recipe's, where the variant says nothing
 */
export function expandVariant(
  { name, steps = [], widths, encode, when, animated: own, copy }: WrittenVariant,
  animated: 'keep' | 'first',
): RecipeVariant[] {
  const condition = when && { when };
  if (copy) return [{ name, steps: [], copy, ...condition }];
  const isStill = (own ?? animated) === 'first';
  return (widths ?? [undefined]).flatMap((width) =>
    (encode ?? [undefined]).map((file) => ({
      name: variantName(name, width, formatOf(file)),
      steps: [...withWidth(steps, width), ...(file ? [file] : [])],
      ...condition,
      ...(isStill && { animated: 'first' as const }),
    })),
  );
}

function withWidth(steps: readonly VariantStep[], width: number | undefined): readonly Step[] {
  if (width === undefined) return steps;
  if (steps.some(({ open }) => open))
    return steps.map(({ open, transform, options }) => ({
      transform,
      options: open ? { ...options, width } : options,
    }));
  const resize = catalog.stepSchema.parse({ resize: { width, withoutEnlargement: true } });
  const encode = steps.findIndex(({ transform }) => transform === 'encode');
  return steps.toSpliced(encode === -1 ? steps.length : encode, 0, resize);
}

import { resize } from '../builtin/resize.ts';
import { rotate } from '../builtin/rotate.ts';
import type { BoundVariant } from './step-tree.ts';

/** No variant can be called this: parentheses are not safe in a key. */
export const PLACEHOLDER = '(placeholder)';

/** Longest side of the picture that the placeholder is made of, pixels: ThumbHash takes no larger one. */
const SIDE = 100;

/** The upright picture, small. It turns where the variants turn, so that it shares their decode. */
export function placeholderVariant(variants: readonly BoundVariant[]): BoundVariant {
  const upright = { transform: 'rotate', options: rotate.options.parse({}) };
  const small = {
    transform: 'resize',
    options: resize.options.parse({
      width: SIDE,
      height: SIDE,
      fit: 'inside',
      withoutEnlargement: true,
    }),
  };
  const uprightFirst = variants.some(({ steps }) => {
    const first = steps.find(({ bound }) => bound.kind === 'pixels');
    return first && JSON.stringify(first.options) === JSON.stringify(upright.options);
  });
  const steps = [
    { ...upright, step: 0, bound: rotate.bind(upright.options) },
    { ...small, step: 1, bound: resize.bind(small.options) },
  ];
  return { name: PLACEHOLDER, steps: uprightFirst ? steps : steps.reverse() };
}

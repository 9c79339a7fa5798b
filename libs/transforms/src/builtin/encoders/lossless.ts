import type * as z from 'zod';
import type { Quality } from './quality.ts';

interface Given {
  readonly lossless: boolean;
  readonly quality?: Quality | undefined;
  readonly maxBytes?: number | undefined;
}

/** A lossless file has one quality: there is nothing to search for. */
export function refuseSearch(given: Given, context: z.RefinementCtx): void {
  if (!given.lossless) return;
  const refuse = (option: string) =>
    context.addIssue({
      code: 'custom',
      path: [option],
      message: `a lossless file keeps every pixel, so that there is no quality to search for`,
    });
  if (typeof given.quality === 'object') refuse('quality');
  if (given.maxBytes !== undefined) refuse('maxBytes');
}

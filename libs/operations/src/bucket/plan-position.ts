import * as z from 'zod';
import { OperationError } from '../errors.ts';
import type { Comparison } from './comparison.ts';
import { tallySchema } from './tally.ts';
import { checkPosition, walkPositionSchema } from './walk-position.ts';

const planPositionSchema = z.strictObject({ walk: walkPositionSchema, tally: tallySchema });

/** Where a plan goes on, with what it had found. JSON, a few kilobytes. */
export type PlanPosition = z.output<typeof planPositionSchema>;

/** @throws OperationError `INVALID_POSITION` */
export function checkPlanPosition(input: unknown, comparison: Comparison): PlanPosition {
  const { success, data, error } = planPositionSchema.safeParse(input);
  if (!success)
    throw new OperationError('INVALID_POSITION', 'This is no saved position of a plan', {
      cause: error,
    });
  return { ...data, walk: checkPosition(data.walk, comparison) };
}

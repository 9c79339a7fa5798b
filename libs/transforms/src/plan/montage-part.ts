import { montage } from '../builtin/montage.ts';
import type { SourceFacts, Step } from '../image-engine.ts';

/** Facts that say which part of a variant is made. */
export type PartFacts = Pick<SourceFacts, 'sheetOf'>;

/** Whether the pictures of several pages or frames become one: a sheet. */
export function makesSheet(steps: readonly Pick<Step, 'transform'>[]): boolean {
  return steps.some(({ transform }) => transform === montage.name);
}

/** Whether a variant has a picture of its upload's page or frame that is a cell of its sheet. */
export function isCell(steps: readonly Step[], { sheetOf }: PartFacts): boolean {
  return sheetOf === undefined && makesSheet(steps);
}

/** The steps that work on the picture, with their indexes: of a cell those before `montage`, of a sheet those after it. */
export function stepsOfPart<T extends Step>(
  steps: readonly T[],
  { sheetOf }: PartFacts,
): readonly { readonly given: T; readonly step: number }[] {
  const all = steps.map((given, step) => ({ given, step }));
  const joint = steps.findIndex(({ transform }) => transform === montage.name);
  if (joint < 0) return all;
  return sheetOf === undefined ? all.slice(0, joint) : all.slice(joint + 1);
}

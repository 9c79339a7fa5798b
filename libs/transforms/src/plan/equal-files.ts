import type { FileStage, Stage, StageInput } from './render-plan.ts';

/**
 * Finds files that are equal: the same operations on the same pixels, written with the same settings. A responsive set of
 * a small upload has many, because nothing is enlarged.
 *
 * @param wanted the files to look at
 * @returns for the first file of each group, the others
 */
export function equalFiles(
  stages: readonly Stage[],
  wanted: (file: FileStage) => boolean,
): ReadonlyMap<Stage, readonly FileStage[]> {
  const firsts = new Map<string, Stage>();
  const firstOfId = new Map<StageInput, StageInput>();
  const copies = new Map<Stage, FileStage[]>();
  for (const stage of stages) {
    if (stage.kind === 'placeholder' || (stage.kind === 'file' && !wanted(stage))) continue;
    const key = keyOf(stage, firstOfId.get(stage.input) ?? stage.input);
    const first = firsts.get(key) ?? stage;
    firsts.set(key, first);
    if (stage.kind === 'pixels') firstOfId.set(stage.id, first.id);
    else if (first !== stage) copies.set(first, [...(copies.get(first) ?? []), stage]);
  }
  return copies;
}

/** The code creates members in one order, so equal stages have equal text. Names of variants are for messages only. */
function keyOf(stage: Exclude<Stage, { kind: 'placeholder' }>, input: StageInput): string {
  const { kind, mode, shape } = stage;
  const operations = stage.operations.map(({ transform, options, input, output }) => [
    ...[transform, options, input, output],
  ]);
  const settings = stage.kind === 'file' ? { ...stage.settings, encodeStep: undefined } : undefined;
  const stored = stage.kind === 'file' && stage.stored;
  return JSON.stringify([kind, input, mode, operations, shape, settings, stored]);
}

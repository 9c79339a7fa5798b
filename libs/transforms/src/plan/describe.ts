import type { SourceFacts } from '../image-engine.ts';
import { candidates } from './candidates.ts';
import type { FileStage, Operation, RenderPlan, Stage } from './render-plan.ts';

function describeOperation({ transform, variants, step, output }: Operation): string {
  const size = `${output.width}×${output.height}`;
  return transform === 'scale'
    ? `  scale to ${size} (added by the planner)`
    : `  step ${step} of ${variants.join(', ')}: ${transform}, to ${size}`;
}

function describeInput(
  { input, mode, convertsLast }: Stage,
  { sheetOf }: Pick<SourceFacts, 'sheetOf'>,
): string {
  if (input !== 'upload') return `pixels of stage ${input}`;
  const picture = sheetOf === undefined ? 'the upload' : 'the sheet';
  const what = mode.animated ? 'all frames' : picture;
  const inOwnColours = mode.keepColours || convertsLast;
  const colours = inOwnColours ? 'colours as they are' : 'sRGB';
  const shown = mode.display ? `, ${mode.display.type} of its values` : '';
  return `decode ${what}, ${colours}, ${mode.depth} bits${shown}`;
}

function describeFormats(stage: FileStage): string {
  const formats = candidates(stage).map(({ format }) => format);
  return formats.length > 1 ? `the smallest of ${formats.join(', ')}` : formats.join();
}

function describeEnd(stage: Stage): string {
  const size = `${stage.shape.width}×${stage.shape.height}`;
  switch (stage.kind) {
    case 'pixels':
      return `  = pixels, ${size}; barrier: ${stage.barrier}`;
    case 'file':
      if (stage.settings.cell) return `  = a cell of ${stage.variant}, ${size}`;
      if (stage.stored) return `  = ${stage.variant}: pdf, ${size}, with the data of the upload`;
      return `  = ${stage.variant}: ${describeFormats(stage)}, ${size}`;
    case 'placeholder':
      return `  = placeholder, from ${size}`;
  }
}

/** Describes a plan as text: each stage (one sharp pipeline) with its operations and the reason for its end. */
export function describePlan(plan: RenderPlan, facts: SourceFacts): string {
  const { format, width, height, orientation, bytes } = facts;
  const drawn = plan.drawn ? `, drawn at ${plan.drawn.width}×${plan.drawn.height}` : '';
  const head = `${format}, ${width}×${height}, orientation ${orientation}, ${bytes} bytes${drawn}`;
  const stages = plan.stages.map((stage) =>
    [
      `stage ${stage.id}: ${describeInput(stage, facts)}`,
      ...stage.operations.map(describeOperation),
      ...(stage.convertsLast ? ['  convert to sRGB'] : []),
      describeEnd(stage),
    ].join('\n'),
  );
  const waiting = plan.unmeasured.map(
    ({ stage, variants }) =>
      `then, when the size of stage ${stage} is known: the rest of ${variants.join(', ')}`,
  );
  return [head, ...stages, ...waiting].join('\n');
}

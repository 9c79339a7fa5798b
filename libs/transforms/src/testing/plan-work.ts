import type { BoundTransform } from '../bound-transform.ts';
import { decodeCost } from '../cost/decode-cost.ts';
import type { SourceFacts } from '../image-engine.ts';
import { equalFiles } from '../plan/equal-files.ts';
import { shrinkOf } from '../plan/estimate.ts';
import { storedShape } from '../orientation.ts';
import type { RenderPlan, Stage } from '../plan/render-plan.ts';
import { losesShrinkOnLoad } from '../sharp-order.ts';

/** Deterministic work of a rendering. */
export interface Work {
  readonly decodes: number;
  /** After shrink-on-load. */
  readonly decodedPixels: number;
  /** Pixels that go into resizes. */
  readonly resizedPixels: number;
  readonly encodes: number;
  readonly encodedPixels: number;
  /** CPU seconds of decodes and resizes, by the measured costs of the estimate. */
  readonly seconds: number;
}

/** CPU seconds to resize a megapixel of input, measured from 12 megapixels to 1,280×960. */
const RESIZE_SECONDS = 0.0016;

export function sumOf(works: readonly Work[]): Work {
  const sum = (pick: (work: Work) => number) =>
    works.reduce((total, work) => total + pick(work), 0);
  return {
    decodes: sum(({ decodes }) => decodes),
    decodedPixels: sum(({ decodedPixels }) => decodedPixels),
    resizedPixels: sum(({ resizedPixels }) => resizedPixels),
    encodes: sum(({ encodes }) => encodes),
    encodedPixels: sum(({ encodedPixels }) => encodedPixels),
    seconds: sum(({ seconds }) => seconds),
  };
}

const area = ({ width, height }: { readonly width: number; readonly height: number }) =>
  width * height;

const NONE: Work = {
  ...{ decodes: 0, decodedPixels: 0, resizedPixels: 0 },
  ...{ encodes: 0, encodedPixels: 0, seconds: 0 },
};

function decodeWork(facts: SourceFacts, shrink: number): Work {
  const { structure } = facts;
  if (!structure) throw new Error('a file without a structure');
  const { cpuSeconds } = decodeCost(structure, { animated: false, shrink });
  return { ...NONE, decodes: 1, decodedPixels: area(facts) / shrink ** 2, seconds: cpuSeconds };
}

function resizeWork(pixels: number): Work {
  return { ...NONE, resizedPixels: pixels, seconds: (RESIZE_SECONDS * pixels) / 1_000_000 };
}

/** What the decoder reduces for a stage. The estimate does not know what a step pads or cuts, and errs on the safe side. */
function shrinkOnLoad({ operations }: Stage): number {
  const used = new Set(operations.flatMap(({ slots }) => slots ?? []));
  if (losesShrinkOnLoad(used, [...used]) && operations[0]?.input.orientation !== 1) return 1;
  const first = operations.find(({ slots }) => !slots?.every((slot) => slot === 'autoOrient'));
  if (!first?.slots?.includes('resize')) return 1;
  const { scale } = first.bound as Partial<BoundTransform>;
  return shrinkOf(first.input, scale?.(first.input) ?? first.output);
}

/** The work of a plan whose sizes are all known. */
export function planWork(plan: RenderPlan, facts: SourceFacts): Work {
  const copies = new Set([...equalFiles(plan.stages, () => true).values()].flat());
  const isJpeg = facts.structure?.format === 'jpeg';
  const of = (stage: Stage): Work => {
    if (stage.kind === 'file' && copies.has(stage)) return NONE;
    const shrink = isJpeg ? shrinkOnLoad(stage) : 1;
    const isDecode = stage.input === 'upload';
    const input = isDecode ? undefined : plan.stages[stage.input]?.shape;
    let size = input ?? storedShape(facts);
    let pixels = area(size) / shrink ** 2;
    const works: Work[] = isDecode ? [decodeWork(facts, shrink)] : [];
    for (const { slots, bound, input: from, output } of stage.operations) {
      const to = (bound as Partial<BoundTransform>).scale?.(from) ?? output;
      const isDone = to.width === size.width && to.height === size.height;
      if (slots?.includes('resize') && !isDone) {
        works.push(resizeWork(pixels));
        pixels = area(output);
      } else pixels *= area(output) / area(from);
      size = output;
    }
    if (stage.kind === 'file')
      works.push({ ...NONE, encodes: 1, encodedPixels: area(stage.shape) });
    return sumOf(works);
  };
  return sumOf(plan.stages.map(of));
}

/** The work of a program that has one pipeline for each file, with shrink-on-load if its first step is a resize. */
export function naiveWork(
  facts: SourceFacts,
  steps: readonly BoundTransform[],
  isFile: boolean,
): Work {
  let shape = storedShape(facts);
  const operations = steps
    .filter(({ kind }) => kind !== 'setting')
    .map((bound, index) => {
      const input = shape;
      shape = bound.after(shape);
      const slots = bound.slots(input, { fromUpload: index === 0, used: new Set() });
      return { bound, input, output: shape, slots };
    });
  const [first, ...rest] = operations.filter(
    ({ slots }) => !slots?.every((slot) => slot === 'autoOrient'),
  );
  // A cut keeps less than the decoder has to yield.
  const scale = first?.slots?.includes('resize') ? first.bound.scale(first.input) : undefined;
  const isJpeg = facts.structure?.format === 'jpeg';
  const shrink = isJpeg && first && scale ? shrinkOf(first.input, scale) : 1;
  const works: Work[] = [decodeWork(facts, shrink)];
  let pixels = area(facts) / shrink ** 2;
  for (const { slots, input, output } of first ? [first, ...rest] : []) {
    if (slots?.includes('resize')) works.push(resizeWork(pixels));
    pixels = slots?.includes('resize') ? area(output) : (pixels * area(output)) / area(input);
  }
  if (isFile) works.push({ ...NONE, encodes: 1, encodedPixels: area(shape) });
  return sumOf(works);
}

import type { Catalog } from '../catalog/catalog.ts';
import {
  NO_PLACEHOLDER,
  type ImageEngine,
  type MeasuredChannel,
  type RenderedCell,
  type RenderedOutput,
  type RenderedPlaceholder,
  type RenderRequest,
  type SkippedVariant,
  type SourceFacts,
  type Variant,
} from '../image-engine.ts';

import { ImageError } from '../image-error.ts';

/** Everything that an engine made of an upload. */
interface RenderedAll {
  readonly facts: SourceFacts;
  /** By variant. */
  readonly outputs: ReadonlyMap<string, RenderedOutput>;
  readonly placeholder?: RenderedPlaceholder;
  readonly channels?: readonly MeasuredChannel[];
  /** Variants in the order in which they came. */
  readonly order: readonly string[];
  readonly skipped: readonly SkippedVariant[];
}

/** Inspects and renders, all at once. Variants are given as in a recipe: name to steps. */
export async function renderAll(
  engine: ImageEngine,
  catalog: Catalog,
  source: Uint8Array,
  variants: Readonly<Record<string, unknown>>,
  more: Pick<RenderRequest, 'effort' | 'placeholder' | 'measures' | 'signal' | 'done'> = {},
): Promise<RenderedAll> {
  const facts = await engine.inspect(source);
  const parsed: Variant[] = Object.entries(variants).map(([name, steps]) => ({
    name,
    steps: catalog.stepsSchema.parse(steps),
  }));
  const request = { source, facts, recipe: 'photos', variants: parsed };
  const outputs = new Map<string, RenderedOutput>();
  const order: string[] = [];
  const skipped: SkippedVariant[] = [];
  let placeholder: RenderedPlaceholder | undefined;
  let channels: readonly MeasuredChannel[] | undefined;
  for await (const made of engine.render({ ...request, ...more })) {
    if (made.kind === 'placeholder') placeholder = made;
    else if (made.kind === 'measured') ({ channels } = made);
    else if (made.kind === 'skipped') skipped.push(made);
    else if (made.kind === 'output') {
      outputs.set(made.variant, made);
      order.push(made.variant);
    }
  }
  return {
    ...{ facts, outputs, order, skipped },
    ...(placeholder ? { placeholder } : {}),
    ...(channels ? { channels } : {}),
  };
}

/** One variant of an upload. @throws ImageError if it is skipped */
export async function renderOne(
  engine: ImageEngine,
  catalog: Catalog,
  source: Uint8Array,
  steps: unknown,
  more?: Pick<RenderRequest, 'effort' | 'placeholder'>,
): Promise<RenderedOutput> {
  const { outputs, skipped } = await renderAll(engine, catalog, source, { one: steps }, more);
  for (const { code, message } of skipped) throw new ImageError(code, message);
  const output = outputs.get('one');
  if (!output) throw new Error('the engine made no output');
  return output;
}

/** The contact sheet of frames of an animation. @throws Error if it, or one of its cells, is skipped */
export async function renderSheet(
  engine: ImageEngine,
  catalog: Catalog,
  source: Uint8Array,
  { frames, steps }: { readonly frames: readonly number[]; readonly steps: readonly unknown[] },
): Promise<RenderedOutput> {
  const variant = { name: 'one', steps: catalog.stepsSchema.parse(steps) };
  const request = { recipe: 'photos', placeholder: NO_PLACEHOLDER };
  const facts = await engine.inspect(source, 'frames');
  const cells: RenderedCell[] = [];
  const variants = frames.map((frame) => ({ ...variant, frame }));
  for await (const made of engine.render({ ...request, source, facts, variants }))
    if (made.kind === 'cell') cells.push(made);
  if (cells.length < frames.length) throw new Error('the engine made no picture of a frame');
  const sheet = await engine.sheet(cells, { variant, format: facts.format });
  for await (const made of engine.render({ ...request, ...sheet, variants: [variant] }))
    if (made.kind === 'output') return made;
  throw new Error('the engine made no sheet');
}

/** Side files of which there is one, `logo.png`. */
export function logoOnly(logo: Uint8Array): (name: string) => Promise<Uint8Array> {
  return (name) =>
    name === 'logo.png'
      ? Promise.resolve(logo)
      : Promise.reject(new Error(`there is no side file ${JSON.stringify(name)}`));
}

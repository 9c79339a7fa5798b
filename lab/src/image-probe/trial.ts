import { createHash } from 'node:crypto';
import { decodersOf, RECIPE_FORMATS } from '@darkroom/pipeline';
import {
  builtinTransforms,
  createCatalog,
  type DecodeCost,
  type ImageEngine,
  ImageError,
  type SourceFacts,
  type Variant,
} from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';

/** Codes that any upload may end with. `DONE` means that all outputs are made that this picture allows. */
export const ANSWERS = ['DONE', 'UNSUPPORTED_FORMAT', 'CORRUPT_IMAGE', 'TOO_LARGE'] as const;

/** Outcome of an image. */
export interface Outcome {
  /** `DONE`, an `ImageError`'s code, or `INTERNAL` for any other error. */
  readonly code: string;
  /** The message for the manifest. For an unexpected error it includes the causes. */
  readonly message: string;
  /** SHA-256 of all outputs. */
  readonly digest: string;
}

/** Limits of an image, as the pipeline checks them before it renders. */
export interface TrialLimits {
  /** Of all pages that are decoded. */
  readonly pixels: number;
  /** Pages that are decoded. */
  readonly pages: number;
  readonly side: number;
  /** To decode, seconds of the reference core. */
  readonly cpuSeconds: number;
  /** To decode, MiB. */
  readonly memory: number;
}

/** The pipeline's own defaults (docs/settings.md, "limits"). */
export const DEFAULT_LIMITS: TrialLimits = {
  pixels: 100_000_000,
  pages: 500,
  side: 65_535,
  cpuSeconds: 20,
  memory: 2048,
};

/** Options of the trials in one process. */
export interface TrialOptions {
  /** Accepts SVG; default false. */
  readonly svg?: boolean;
  readonly limits?: TrialLimits;
  /** `range-error` fails every trial with a `RangeError`. */
  readonly defect?: string;
}

const catalog = createCatalog(builtinTransforms);

/** Variants that use each path of the engine. Only those of `METADATA_VARIANTS` keep metadata. */
const RECIPE = {
  thumb: [
    'rotate',
    { resize: { width: 32, height: 32, fit: 'cover', position: 'attention' } },
    { encode: { format: 'webp', effort: 0 } },
  ],
  web: ['rotate', { resize: { width: 40, withoutEnlargement: true } }, { encode: 'jpeg' }],
  own: [{ resize: { width: 16 } }],
  kept: [
    { metadata: { keep: ['exif', 'gps', 'xmp', 'icc'] } },
    { resize: { width: 16 } },
    { encode: 'jpeg' },
  ],
  hdr: [
    'rotate',
    { metadata: { keep: ['gainMap'] } },
    { resize: { width: 16 } },
    { encode: 'jpeg' },
  ],
  'own-colours': [
    { colourspace: 'keep' },
    { resize: { width: 16, height: 16, fit: 'inside' } },
    { encode: 'png' },
  ],
};

/** Variants that keep metadata of the upload. */
export const METADATA_VARIANTS: readonly string[] = ['kept', 'hdr', 'own-colours'];

const VARIANTS: readonly Variant[] = Object.entries(RECIPE).map(([name, steps]) => ({
  name,
  steps: catalog.stepsSchema.parse(steps),
}));

export interface Trial {
  readonly outcome: Outcome;
  /** The engine's estimate for rendering, in addition to the process itself, MiB; 0 if rendering did not start. */
  readonly estimatedMiB: number;
  /** By variant. */
  readonly outputs: ReadonlyMap<string, Uint8Array>;
}

/** Processes images with the engine as the pipeline does. */
export class Trials {
  readonly #engine: ImageEngine;
  readonly #limits: TrialLimits;
  readonly #isDefective: boolean;

  constructor({ svg = false, limits = DEFAULT_LIMITS, defect }: TrialOptions) {
    const decoders = decodersOf([{ formats: RECIPE_FORMATS }]);
    this.#engine = createEngine({ catalog, svg, decoders });
    this.#isDefective = defect === 'range-error';
    this.#limits = limits;
  }

  /** Never throws. */
  async run(source: Uint8Array): Promise<Trial> {
    const outputs = new Map<string, Uint8Array>();
    let estimatedMiB = 0;
    const hash = createHash('sha256');
    try {
      if (this.#isDefective) throw new RangeError('planted');
      const facts = await this.#engine.inspect(source);
      hash.update(JSON.stringify(facts));
      // One page is decoded at least. The estimate of a picture of too many pixels means nothing.
      throwIfAny(this.#excess(facts, 1));
      const request = { source, facts, recipe: 'hostile', variants: VARIANTS };
      const estimate = this.#engine.estimate(request);
      throwIfAny(this.#excess(facts, estimate.pages) ?? this.#excessOfDecoding(estimate.decoding));
      estimatedMiB = estimate.memory;
      for await (const made of this.#engine.render(request)) {
        if (made.kind === 'output') {
          outputs.set(made.variant, made.bytes);
          hash.update(made.variant).update(made.bytes);
        } else if (made.kind === 'skipped') {
          hash.update(`${made.variant} ${made.code} ${made.message}`);
        } else if (made.kind === 'placeholder') {
          hash.update(`${made.thumbhash} ${made.dominantColour}`);
        }
      }
      const outcome = { code: 'DONE', message: '', digest: hash.digest('hex') };
      return { outcome, outputs, estimatedMiB };
    } catch (error) {
      return { outcome: { ...whatWentWrong(error), digest: '' }, outputs, estimatedMiB };
    }
  }

  #excess({ width, height }: SourceFacts, pages: number): string | undefined {
    const { pixels, pages: most, side } = this.#limits;
    if (Math.max(width, height) > side) return `a side of ${Math.max(width, height)} pixels`;
    if (pages > most) return `${pages} pages`;
    return width * height * pages > pixels ? `${width}×${height}×${pages} pixels` : undefined;
  }

  #excessOfDecoding(
    { cpuSeconds, memory }: DecodeCost = { cpuSeconds: 0, memory: 0 },
  ): string | undefined {
    if (cpuSeconds > this.#limits.cpuSeconds) return `${cpuSeconds} CPU seconds to decode`;
    return memory > this.#limits.memory ? `${memory} MiB to decode` : undefined;
  }
}

function throwIfAny(excess: string | undefined): void {
  if (excess !== undefined) throw new ImageError('TOO_LARGE', excess);
}

function whatWentWrong(error: unknown): Pick<Outcome, 'code' | 'message'> {
  const isOurs = error instanceof Error && error.name === 'ImageError' && 'code' in error;
  const code = isOurs ? String(error.code) : 'INTERNAL';
  const isExpected = (ANSWERS as readonly string[]).includes(code);
  return { code, message: isExpected && isOurs ? error.message : withCauses(error) };
}

function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.name === 'ImageError' ? error.message : (error.stack ?? error.message);
  return error.cause === undefined ? own : `${own}\n  because ${withCauses(error.cause)}`;
}

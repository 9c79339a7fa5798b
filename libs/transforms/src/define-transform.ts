import type { Sharp } from 'sharp';
import type * as z from 'zod';
import type {
  AnyPixels,
  BoundTransform,
  RawPixels,
  Scale,
  Shape,
  SlotContext,
  StepContext,
} from './bound-transform.ts';
import type { Facts } from './image-engine.ts';
import type { SharpSlot } from './sharp-order.ts';

/** A transform. The type arguments make wrong options in a typed recipe a compile error. */
export interface Transform<
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Scalar extends string = string,
> {
  readonly name: Name;
  /** Increase it when the same options yield different bytes; part of the recipe's hash. */
  readonly version: number;
  readonly kind: BoundTransform['kind'];
  readonly options: Schema;
  /** The option that a bare scalar sets: `blur: 2` for `blur: { sigma: 2 }`. */
  readonly scalar?: Scalar;
  /** Names of the side files for parsed options. */
  sideFiles(options: unknown): readonly string[];
  /** @throws ZodError if the schema rejects the options */
  bind(options: unknown): BoundTransform;
}

interface CommonDefinition<Name extends string, Schema extends z.ZodType, Scalar extends string> {
  readonly name: Name;
  readonly version: number;
  /**
   * Strict object schema: an unknown option is an error. It must accept its own output. Set `description` and `examples`
   * in `meta`, and `describe` each option: the reference pages and editors show these texts. A function makes the schema
   * when a recipe needs it: a cold start does not build those of all transforms.
   */
  readonly options: Schema | (() => Schema);
  readonly scalar?: Scalar;
  /**
   * Names of the files that `apply` reads with `context.readFile`. A deployment packages these files or grants access to
   * them; a changed file makes outputs out of date.
   */
  readonly sideFiles?: (options: z.output<Schema>) => readonly string[];
}

/** A transform that adds lazy operations of sharp. Options are frozen, as in all kinds. */
interface PixelDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind?: 'pixels';
  /**
   * Shape of the result; default: the shape of the input.
   * @throws NotApplicableError if the options do not fit the picture
   */
  readonly after?: (input: Shape, options: z.output<Schema>) => Shape;
  /**
   * The operations of sharp that `apply` uses. The planner lets steps share a sharp pipeline only if sharp's order agrees
   * with the declared order. Left out: the step has its own pipeline, and the engine checks its result.
   */
  readonly slots?: (
    options: z.output<Schema>,
    input: Shape,
    context: SlotContext,
  ) => readonly SharpSlot[];
  /** The pixels decide about the size of the result; `after` then returns the maximum size. */
  readonly measured?: boolean;
  /**
   * Whether a measured step leaves animations unchanged. Default: the step is not applicable to an animation, because its
   * frames would have different sizes.
   */
  readonly keepsAnimations?: (options: z.output<Schema>) => boolean;
  /**
   * CPU time for a picture, seconds of the reference core. Only for steps that may take minutes: the function then
   * processes the upload in a process of its own.
   */
  readonly cpuSeconds?: (input: Shape, options: z.output<Schema>) => number;
  /** Only for steps that scale the whole picture first. */
  readonly scale?: (input: Shape, options: z.output<Schema>) => Scale | undefined;
  readonly apply: (
    image: Sharp,
    options: z.output<Schema>,
    context: StepContext,
  ) => Sharp | Promise<Sharp>;
}

/** A transform that computes on pixels in memory, frame by frame. Requires `colourspace: srgb`. */
interface RawDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind: 'raw';
  /** As in `PixelDefinition`. */
  readonly after?: (input: Shape, options: z.output<Schema>) => Shape;
  /** May change and return `pixels.data`. */
  readonly apply: (
    pixels: RawPixels,
    options: z.output<Schema>,
    context: StepContext,
  ) => RawPixels | Promise<RawPixels>;
}

/** As `RawDefinition`, on pixels of 8 or 16 bits in the variant's colours: 16 bits are kept. */
interface SamplesDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind: 'samples';
  /** As in `PixelDefinition`. */
  readonly after?: (input: Shape, options: z.output<Schema>) => Shape;
  /** May change and return `pixels.data`. The result has as many bits as the input. */
  readonly apply: (
    pixels: AnyPixels,
    options: z.output<Schema>,
    context: StepContext,
  ) => AnyPixels | Promise<AnyPixels>;
}

/** An analysis. The manifest contains its result in the output's `facts`, under the transform's name. */
interface FactsDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind: 'facts';
  /** `image` is 8-bit sRGB, the first frame of an animation. */
  readonly apply: (
    image: Sharp,
    options: z.output<Schema>,
    context: StepContext,
  ) => Facts | Promise<Facts>;
}

/** A setting of how a variant's file is written. */
interface SettingDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind: 'setting';
}

/** A step between the pictures of several pages or frames and the one that is made of them. */
interface JoinDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind: 'join';
}

type Definition<Name extends string, Schema extends z.ZodType, Scalar extends string> =
  | PixelDefinition<Name, Schema, Scalar>
  | RawDefinition<Name, Schema, Scalar>
  | SamplesDefinition<Name, Schema, Scalar>
  | FactsDefinition<Name, Schema, Scalar>
  | SettingDefinition<Name, Schema, Scalar>
  | JoinDefinition<Name, Schema, Scalar>;

/** Creates a transform from its definition. Transform files import sharp only as a type. */
export function defineTransform<
  const Name extends string,
  Schema extends z.ZodType,
  const Scalar extends keyof z.input<Schema> & string = never,
>(definition: Definition<Name, Schema, Scalar>): Transform<Name, Schema, Scalar> {
  const { name, version, kind = 'pixels', options, scalar, sideFiles } = definition;
  let schema: Schema | undefined;
  const schemaOf = () => (schema ??= typeof options === 'function' ? options() : options);
  return {
    name,
    version,
    kind,
    get options() {
      return schemaOf();
    },
    ...(scalar === undefined ? {} : { scalar }),
    sideFiles: (given) => sideFiles?.(given as z.output<Schema>) ?? [],
    bind: (given) => bind(definition, deepFreeze(schemaOf().parse(given))),
  };
}

function bind<Name extends string, Schema extends z.ZodType, Scalar extends string>(
  definition: Definition<Name, Schema, Scalar>,
  options: z.output<Schema>,
): BoundTransform {
  const { name } = definition;
  const nothing = { name, after: (input: Shape) => input, scale: () => undefined };
  switch (definition.kind) {
    case 'setting':
    case 'join':
      return { ...nothing, kind: definition.kind, slots: () => [] };
    case 'facts':
      return {
        ...nothing,
        kind: 'facts',
        slots: () => undefined,
        apply: (image, context) => definition.apply(image, options, context),
      };
    case 'raw':
      return {
        ...nothing,
        kind: 'raw',
        after: (input) => shapeAfter(definition, input, options),
        slots: () => undefined,
        apply: (pixels, context) => definition.apply(pixels, options, context),
      };
    case 'samples':
      return {
        ...nothing,
        kind: 'samples',
        after: (input) => shapeAfter(definition, input, options),
        slots: () => undefined,
        apply: (pixels, context) => definition.apply(pixels, options, context),
      };
    case 'pixels':
    case undefined:
      return {
        name,
        kind: 'pixels',
        ...(definition.measured ? { measured: true } : {}),
        ...(definition.keepsAnimations?.(options) ? { keepsAnimations: true } : {}),
        after: (input) => shapeAfter(definition, input, options),
        slots: (input, context) => slotsOf(definition, options, input, context),
        scale: (input) => checkScale(definition.scale?.(input, options)),
        apply: (image, context) => definition.apply(image, options, context),
        cpuSeconds: (input) => definition.cpuSeconds?.(input, options) ?? 0,
      };
  }
}

/** sharp's `composite` adds alpha to an opaque picture: if the step promises none, it is removed in the same pipeline. */
function slotsOf<Name extends string, Schema extends z.ZodType>(
  definition: Pick<PixelDefinition<Name, Schema>, 'after' | 'slots'>,
  options: z.output<Schema>,
  input: Shape,
  context: SlotContext,
): readonly SharpSlot[] | undefined {
  const slots = definition.slots?.(options, input, context);
  if (!slots?.includes('composite') || slots.includes('removeAlpha')) return slots;
  return shapeAfter(definition, input, options).hasAlpha ? slots : [...slots, 'removeAlpha'];
}

function shapeAfter<Name extends string, Schema extends z.ZodType>(
  { after }: Pick<PixelDefinition<Name, Schema>, 'after'>,
  input: Shape,
  options: z.output<Schema>,
): Shape {
  return after ? checkShape(after({ ...input }, options)) : input;
}

function isSide(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** @throws Error if a transform's `after` did not return a shape */
function checkShape(given: unknown): Shape {
  const { width, height, orientation, hasAlpha } = (given ?? {}) as Partial<Shape>;
  if (!isSide(width) || !isSide(height)) {
    throw new Error(
      `\`after\` returned ${String(width)}×${String(height)}, which is not a valid size`,
    );
  }
  if (!isSide(orientation) || Number(orientation) > 8) {
    throw new Error(`\`after\` returned the orientation ${String(orientation)}; expected 1 to 8`);
  }
  if (typeof hasAlpha !== 'boolean')
    throw new Error('`after` returned no hasAlpha; expected true or false');
  return given as Shape;
}

/** @throws Error if a transform's `scale` returned neither a size nor `undefined` */
function checkScale(given: unknown): Scale | undefined {
  if (given === undefined) return undefined;
  const { width, height } = (given ?? {}) as Partial<Scale>;
  if (isSide(width) && isSide(height)) return given as Scale;
  throw new Error(
    `\`scale\` returned ${String(width)}×${String(height)}, which is not a valid size`,
  );
}

/** Freezes an object deeply. All uploads share the options, and a step must not change them. */
function deepFreeze<T>(options: T): T {
  if (typeof options !== 'object' || options === null || Object.isFrozen(options)) return options;
  const prototype: unknown = Object.getPrototypeOf(options);
  const isPlain = Array.isArray(options) || prototype === Object.prototype || prototype === null;
  if (!isPlain) return options;
  Object.freeze(options);
  for (const value of Object.values(options)) deepFreeze(value);
  return options;
}

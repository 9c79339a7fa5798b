import type { Sharp } from 'sharp';
import type * as z from 'zod';
import type {
  BoundTransform,
  RawPixels,
  Scale,
  Shape,
  SlotContext,
  StepContext,
} from './bound-transform.ts';
import type { Facts } from './image-engine.ts';
import type { SharpSlot } from './sharp-order.ts';

/** A transform as the catalog holds it. Type arguments make wrong options in a typed recipe a compile error. */
export interface Transform<
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Scalar extends string = string,
> {
  readonly name: Name;
  /** Counts up when the same options yield other bytes; part of the recipe's hash. */
  readonly version: number;
  readonly kind: BoundTransform['kind'];
  readonly options: Schema;
  /** The option that a bare scalar sets: `blur: 2` for `blur: { sigma: 2 }`. */
  readonly scalar?: Scalar;
  /** As the definition has it, of parsed options. */
  sideFiles(options: unknown): readonly string[];
  /** @throws ZodError on options that the schema refuses */
  bind(options: unknown): BoundTransform;
}

interface CommonDefinition<Name extends string, Schema extends z.ZodType, Scalar extends string> {
  readonly name: Name;
  readonly version: number;
  /**
   * Strict object schema: an unknown option is an error. What it yields, it also takes. Its `meta` has a `description` of
   * the transform and `examples`, every option is `describe`d: the reference pages and editors show them.
   */
  readonly options: Schema;
  readonly scalar?: Scalar;
  /**
   * Names of the files that `apply` reads by `context.readFile`. They are told here so that a deployment can put them
   * into the package, or permit reading them, and so that a changed one makes outputs out of date.
   */
  readonly sideFiles?: (options: z.output<Schema>) => readonly string[];
}

/** A transform by sharp's lazy operations. Options are frozen, here as in the other kinds. */
interface PixelDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind?: 'pixels';
  /**
   * Shape of the result; the same as the input's where left out.
   * @throws Error where the options do not fit the picture
   */
  readonly after?: (input: Shape, options: z.output<Schema>) => Shape;
  /**
   * The operations of sharp that `apply` uses, for the planner: steps share a sharp pipeline only where sharp's own
   * order agrees with the declared one. Left out, the step has a pipeline of its own, and what it makes is checked.
   */
  readonly slots?: (
    options: z.output<Schema>,
    input: Shape,
    context: SlotContext,
  ) => readonly SharpSlot[];
  /** The pixels decide on the size of the result; `after` then tells the most that it can be. */
  readonly measured?: boolean;
  /** Only for a step that first scales the whole picture. */
  readonly scale?: (input: Shape, options: z.output<Schema>) => Scale | undefined;
  readonly apply: (
    image: Sharp,
    options: z.output<Schema>,
    context: StepContext,
  ) => Sharp | Promise<Sharp>;
}

/** A transform that computes on pixels in memory, frame by frame. It goes with `colourspace: srgb` alone. */
interface RawDefinition<
  Name extends string,
  Schema extends z.ZodType,
  Scalar extends string = string,
> extends CommonDefinition<Name, Schema, Scalar> {
  readonly kind: 'raw';
  /** As in `PixelDefinition`. */
  readonly after?: (input: Shape, options: z.output<Schema>) => Shape;
  /** `pixels.data` is the step's own to change and to return. */
  readonly apply: (
    pixels: RawPixels,
    options: z.output<Schema>,
    context: StepContext,
  ) => RawPixels | Promise<RawPixels>;
}

/** An analysis: what it returns stands in the manifest, in the output's `facts`, under the transform's name. */
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

type Definition<Name extends string, Schema extends z.ZodType, Scalar extends string> =
  | PixelDefinition<Name, Schema, Scalar>
  | RawDefinition<Name, Schema, Scalar>
  | FactsDefinition<Name, Schema, Scalar>
  | SettingDefinition<Name, Schema, Scalar>;

/** Makes a transform of its definition; transform files import sharp as a type only. */
export function defineTransform<
  const Name extends string,
  Schema extends z.ZodType,
  const Scalar extends keyof z.input<Schema> & string = never,
>(definition: Definition<Name, Schema, Scalar>): Transform<Name, Schema, Scalar> {
  const { name, version, kind = 'pixels', options: schema, scalar, sideFiles } = definition;
  return {
    name,
    version,
    kind,
    options: schema,
    ...(scalar === undefined ? {} : { scalar }),
    sideFiles: (given) => sideFiles?.(given as z.output<Schema>) ?? [],
    bind: (given) => bind(definition, deepFreeze(schema.parse(given))),
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
      return { ...nothing, kind: 'setting', slots: () => [] };
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
    case 'pixels':
    case undefined:
      return {
        name,
        kind: 'pixels',
        ...(definition.measured ? { measured: true } : {}),
        after: (input) => shapeAfter(definition, input, options),
        slots: (input, context) => definition.slots?.(options, input, context),
        scale: (input) => checkScale(definition.scale?.(input, options)),
        apply: (image, context) => definition.apply(image, options, context),
      };
  }
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

/** @throws Error where a transform's `after` gave back anything but a shape */
function checkShape(given: unknown): Shape {
  const { width, height, orientation, hasAlpha } = (given ?? {}) as Partial<Shape>;
  if (!isSide(width) || !isSide(height)) {
    throw new Error(`promises ${String(width)}×${String(height)} pixels, which is no size`);
  }
  if (!isSide(orientation) || Number(orientation) > 8) {
    throw new Error(`promises the orientation ${String(orientation)}, which is none of 1 to 8`);
  }
  if (typeof hasAlpha !== 'boolean') throw new Error('does not say whether it has alpha');
  return given as Shape;
}

/** @throws Error where a transform's `scale` gave back anything but a size, or nothing */
function checkScale(given: unknown): Scale | undefined {
  if (given === undefined) return undefined;
  const { width, height } = (given ?? {}) as Partial<Scale>;
  if (isSide(width) && isSide(height)) return given as Scale;
  throw new Error(`scales to ${String(width)}×${String(height)} pixels, which is no size`);
}

/** Frozen, with all that is in it: options are those of every upload, and no step may change them for the next one. */
function deepFreeze<T>(options: T): T {
  if (typeof options !== 'object' || options === null || Object.isFrozen(options)) return options;
  const prototype: unknown = Object.getPrototypeOf(options);
  const isPlain = Array.isArray(options) || prototype === Object.prototype || prototype === null;
  if (!isPlain) return options;
  Object.freeze(options);
  for (const value of Object.values(options)) deepFreeze(value);
  return options;
}

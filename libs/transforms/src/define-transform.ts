import type { Sharp } from 'sharp';
import type { z } from 'zod';
import type { SharpSlot } from './plan/sharp-order.ts';
import type { SourceFacts } from './types.ts';

/** What is known of a picture between two steps, before any pixel is read. */
export interface Shape {
  /** Pixels; one page of an animation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8, that the pixels still wait for; 1 once they are upright. */
  readonly orientation: number;
  readonly hasAlpha: boolean;
}

/** What a step knows about its place. */
export interface StepContext {
  readonly facts: SourceFacts;
  /** The step's input as declared, even where the pixels at hand are an already reduced copy of it. */
  readonly input: Shape;
  /** What the step said that it makes of `input`. */
  readonly output: Shape;
  /** The image is the upload itself, so that `autoOrient()` and shrink-on-load work. */
  readonly fromUpload: boolean;
  /** Works on one frame of an animation. */
  readonly animated: boolean;
}

/** What a step knows when the planner asks which of sharp's operations it will use. */
export interface SlotContext {
  readonly fromUpload: boolean;
  /** Slots that earlier steps of the same sharp pipeline use. */
  readonly used: ReadonlySet<SharpSlot>;
}

/** The size that a step scales its whole input to; the planner then decodes no more than that. */
export interface Scale {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly kernel: string;
  readonly fastShrinkOnLoad: boolean;
}

/** A step: a transform with its options. Sizes are exact and known before any pixel is read. */
export interface BoundTransform {
  readonly name: string;
  /** `pixels` changes the picture; `setting` decides how the file is written, wherever it stands in the steps. */
  readonly kind: 'pixels' | 'setting';
  /** @throws Error where the options do not fit the picture; the message says how. */
  after(input: Shape): Shape;
  /** `undefined`: unknown to the planner, so the step has a sharp pipeline of its own. */
  slots(input: Shape, context: SlotContext): readonly SharpSlot[] | undefined;
  scale(input: Shape): Scale | undefined;
  apply(image: Sharp, context: StepContext): Sharp;
}

/** A transform as the catalog holds it. Type arguments make wrong options in a typed recipe a compile error. */
export interface Transform<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  /** Counts up when the same options yield other bytes; part of the recipe's hash. */
  readonly version: number;
  readonly options: Schema;
  /** The option that a bare scalar sets: `blur: 2` for `blur: { sigma: 2 }`. */
  readonly scalar?: string;
  /** @throws ZodError on options that the schema refuses */
  bind(options: unknown): BoundTransform;
}

interface CommonDefinition<Name extends string, Schema extends z.ZodType> {
  readonly name: Name;
  readonly version: number;
  /** Strict object schema: an unknown option is an error. What it yields, it also takes. */
  readonly options: Schema;
  readonly scalar?: string;
}

/** A transform of pixels, by sharp's lazy operations. */
export interface PixelDefinition<
  Name extends string,
  Schema extends z.ZodType,
> extends CommonDefinition<Name, Schema> {
  readonly kind?: 'pixels';
  /**
   * Shape of the result; the same as the input's where left out.
   * @throws Error where the options do not fit the picture
   */
  readonly after?: (input: Shape, options: z.output<Schema>) => Shape;
  /**
   * The operations of sharp that `apply` uses, for the planner: steps share a sharp pipeline only where sharp's own
   * order agrees with the declared one. Left out, the step has a pipeline of its own.
   */
  readonly slots?: (
    options: z.output<Schema>,
    input: Shape,
    context: SlotContext,
  ) => readonly SharpSlot[];
  /** Only for a step that first scales the whole picture. */
  readonly scale?: (input: Shape, options: z.output<Schema>) => Scale | undefined;
  readonly apply: (image: Sharp, options: z.output<Schema>, context: StepContext) => Sharp;
}

/** A setting of how a variant's file is written. */
export interface SettingDefinition<
  Name extends string,
  Schema extends z.ZodType,
> extends CommonDefinition<Name, Schema> {
  readonly kind: 'setting';
}

/** Makes a transform of its definition; transform files import sharp as a type only. */
export function defineTransform<const Name extends string, Schema extends z.ZodType>(
  definition: PixelDefinition<Name, Schema> | SettingDefinition<Name, Schema>,
): Transform<Name, Schema> {
  const { name, version, options: schema, scalar } = definition;
  return {
    name,
    version,
    options: schema,
    ...(scalar === undefined ? {} : { scalar }),
    bind(given) {
      const options = schema.parse(given);
      if (definition.kind === 'setting') {
        return {
          name,
          kind: 'setting',
          after: (input) => input,
          slots: () => [],
          scale: () => undefined,
          apply: (image) => image,
        };
      }
      return {
        name,
        kind: 'pixels',
        after: (input) => definition.after?.(input, options) ?? input,
        slots: (input, context) => definition.slots?.(options, input, context),
        scale: (input) => definition.scale?.(input, options),
        apply: (image, context) => definition.apply(image, options, context),
      };
    },
  };
}

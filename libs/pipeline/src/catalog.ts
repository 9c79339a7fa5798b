import { dicom } from '@darkroom/decoder-dicom';
import { fits } from '@darkroom/decoder-fits';
import { heic } from '@darkroom/decoder-heic';
import { pdf } from '@darkroom/decoder-pdf';
import { dhash } from '@darkroom/transform-dhash';
import { duotone } from '@darkroom/transform-duotone';
import { pixelate } from '@darkroom/transform-pixelate';
import {
  builtinTransforms,
  type Catalog,
  createCatalog,
  type Decoder,
  listDecoders,
  SOURCE_FORMATS,
  type Transform,
} from '@darkroom/transforms';
import * as z from 'zod';

/** The transforms of this repository. A plugin is one entry in this list; nothing is scanned. */
const listed = createCatalog([...builtinTransforms, pixelate, duotone, dhash]);

/** The decoders of this repository: formats that a recipe may allow in addition to the built-in ones. */
const decoders = listDecoders([heic, pdf, fits, dicom]);

/** Every format that a recipe's `formats` may name. */
export const RECIPE_FORMATS = [
  ...SOURCE_FORMATS,
  ...decoders.flatMap(({ formats }) => formats),
] as const;

/** The options of those that have any, by the names of the decoders. */
type OptionsOfDecoders = {
  readonly [
    D in (typeof decoders)[number] as D extends Decoder<string, infer Name, infer Options>
      ? z.ZodType extends Options
        ? never
        : Name
      : never
  ]: z.ZodOptional<NonNullable<D['options']>>;
};

const optionsOfDecoders: OptionsOfDecoders = Object.fromEntries(
  decoders.flatMap(({ name, options }: Decoder) => (options ? [[name, options.optional()]] : [])),
) as OptionsOfDecoders;

/** A recipe’s `decoders`. */
export const decoderOptionsSchema = z.strictObject(optionsOfDecoders);

/** The formats of a decoder. */
export function formatsOf(name: string): readonly string[] {
  return decoders.find((decoder) => decoder.name === name)?.formats ?? [];
}

/** The decoders that a function with these recipes needs. */
export function decodersOf(
  recipes: readonly { readonly formats: readonly string[] }[],
): readonly Decoder[] {
  const allowed = recipes.flatMap(({ formats }) => formats);
  return decoders.filter((decoder) => decoder.formats.some((format) => allowed.includes(format)));
}

/** Options of an engine for these recipes: what it reads, and which decoders would read more. */
export function readersOf(recipes: readonly { readonly formats: readonly string[] }[]) {
  const used = decodersOf(recipes);
  return {
    decoders: used,
    otherDecoders: decoders.filter((decoder) => !used.includes(decoder)),
    svg: recipes.some(({ formats }) => formats.includes('svg')),
  };
}

/** Names that own transforms cannot have. */
export const LISTED_TRANSFORMS = listed.names;

type ListedCatalog = Catalog<z.input<typeof listed.stepSchema>>;

let current: ListedCatalog = listed;

/**
 * Every transform that a recipe may name, for the function and for the Pulumi program: the listed ones, and the own ones
 * of the current pipeline (`useOwnTransforms`).
 */
export const catalog: ListedCatalog = {
  get names() {
    return current.names;
  },
  get stepSchema() {
    return current.stepSchema;
  },
  get stepsSchema() {
    return current.stepsSchema;
  },
  get: (name) => current.get(name),
  bind: (step) => current.bind(step),
  versions: (steps) => current.versions(steps),
  sideFiles: (steps) => current.sideFiles(steps),
};

/**
 * Adds the transforms of one pipeline to the catalog, and removes those of another. A function has one pipeline. A Pulumi
 * program may have several: each calls this first, and reads its settings without waiting for anything.
 *
 * @throws Error if two transforms have the same name
 */
export function useOwnTransforms(own: readonly Transform[]): void {
  const transforms = listed.names.flatMap((name) => listed.get(name) ?? []);
  current =
    own.length === 0
      ? listed
      : (createCatalog([...transforms, ...own]) as unknown as ListedCatalog);
}

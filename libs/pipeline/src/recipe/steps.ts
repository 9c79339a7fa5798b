import { checkSteps, sideFileSchema, type Step } from '@darkroom/transforms';
import * as z from 'zod';
import { catalog } from '../catalog.ts';

type StepInput = z.input<typeof catalog.stepSchema>;

/** A step of a variant; the width of an `open` resize is still to come from the variant's `widths`. */
export interface VariantStep extends Step {
  readonly open?: true;
}

/** Takes its place until then. */
const ANY_WIDTH = 1;

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined if the step is not a resize, or sets a side itself */
function openResize(given: unknown): object | undefined {
  if (given === 'resize') return {};
  // With a second key it is not a step, which the catalog reports.
  if (!isMap(given) || !('resize' in given) || Object.keys(given).length > 1) return undefined;
  const resize = given['resize'] ?? {};
  return isMap(resize) && !('width' in resize) && !('height' in resize) ? resize : undefined;
}

/** Detects a common mistake in YAML: options with the same indentation as their transform. */
function outdented(given: unknown): string | undefined {
  if (!isMap(given)) return undefined;
  const [name = '', ...others] = Object.keys(given);
  if (given[name] !== null || others.length === 0 || others.some((key) => catalog.get(key)))
    return undefined;
  return `${others.join(', ')} ${others.length > 1 ? 'stand' : 'stands'} beside ${name}, not in it: indent further`;
}

/** Passes a step's problems on, as seen from `path`. */
function refuse(context: z.RefinementCtx, { issues }: z.ZodError, from = 0) {
  for (const { path, message } of issues)
    context.addIssue({ code: 'custom', path: path.slice(from), message });
  return z.NEVER;
}

/** One step as a variant writes it: as the catalog takes it, or a resize without a side, which `widths` will give it. */
export const variantStepSchema = z.unknown().transform((given, context): VariantStep => {
  const slip = outdented(given);
  if (slip !== undefined) {
    context.addIssue({ code: 'custom', message: slip });
    return z.NEVER;
  }
  const open = openResize(given);
  const options = { width: ANY_WIDTH, withoutEnlargement: true, ...open };
  const { data, error } = catalog.stepSchema.safeParse(open ? { resize: options } : given);
  if (error) return refuse(context, error);
  for (const name of catalog.sideFiles([data])) {
    const problem = sideFileSchema.safeParse(name).error;
    if (problem) return refuse(context, problem);
  }
  return open ? { ...data, open: true } : data;
}) as z.ZodType<VariantStep, StepInput>;

/** The steps of a variant; none keeps the picture as it is. */
export const variantStepsSchema = z
  .array(variantStepSchema)
  .superRefine((steps, context) => checkSteps(steps, (name) => catalog.get(name), context));

/** What an `encode` step takes, as that step. */
export const encodeSchema = z.unknown().transform((encode, context): Step => {
  const { data, error } = catalog.stepSchema.safeParse({ encode });
  return error ? refuse(context, error, 1) : data;
}) as z.ZodType<Step, Extract<StepInput, { readonly encode: unknown }>['encode']>;

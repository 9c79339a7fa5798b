import type * as z from 'zod';
import type { Transform } from './define-transform.ts';

/** What a recipe may write under a transform's name: its options, or the value of the one that a bare scalar sets. */
type OptionsInput<Schema extends z.ZodType, Scalar extends string> =
  z.input<Schema> | z.input<Schema>[Scalar & keyof z.input<Schema>];

/** A step as a recipe writes it: `{ resize: { width: 320 } }`, `{ rotate: 'auto' }`, or `'flip'`. */
export type StepInput<T extends Transform> =
  T extends Transform<infer Name, infer Schema, infer Scalar>
    ? | { readonly [N in Name]: OptionsInput<Schema, Scalar> }
      // Only where no option is required.
      | (Record<never, never> extends z.input<Schema> ? Name : never)
    : never;

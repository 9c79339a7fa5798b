/** What a transform outside this repository imports. It loads neither sharp nor the built-in transforms. */
export type { AnyPixels, RawPixels, Shape, StepContext } from './bound-transform.ts';
export { colourSchema, rgbOf } from './builtin/shared/colour.ts';
export { lengthInPixels, lengthSchema, type Length } from './builtin/shared/length.ts';
export { defineTransform, type Transform } from './define-transform.ts';
export { NotApplicableError } from './image-error.ts';

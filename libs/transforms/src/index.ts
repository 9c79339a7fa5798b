export * from './types.ts';
export * from './errors.ts';
export * from './catalog.ts';
export * from './define-transform.ts';
export { builtinTransforms } from './builtin/index.ts';

export * from '@darkroom/transforms/authoring';
/** Zod, for the options of a transform. */
export * as z from 'zod';

export { createEngine } from './create-engine.ts';
export type { ReadSideFile } from './side-files.ts';

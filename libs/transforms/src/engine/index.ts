export { createEngine } from './create-engine.ts';
export { compareFiles } from './compare-files.ts';
export type { ReadSideFile } from './side-files.ts';

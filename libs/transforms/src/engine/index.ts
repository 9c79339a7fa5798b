export { createEngine } from './create-engine.ts';
export { compareFiles, compareWithSource } from './compare-files.ts';
export { peakOfProcess } from './peak-of-process.ts';
export { readShot, type Shot } from './metadata/shot.ts';
export type { ReadSideFile } from './side-files.ts';

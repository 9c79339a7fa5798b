export type { ReadSideFile } from './side-files.ts';
export { createEngine, createReferenceEngine, type EngineOptions } from './create-engine.ts';

export type { ReadSideFile } from './step-context.ts';
export { createEngine, createReferenceEngine, type EngineOptions } from './create-engine.ts';

export { createEngine, createReferenceEngine, type EngineOptions } from './create-engine.ts';

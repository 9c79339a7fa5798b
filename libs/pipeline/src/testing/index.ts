export { failsHalfWay, KEY, letters, manifestOf, there } from './letters.ts';
export { letterEngine } from './letter-engine.ts';
export { doneManifest, rejectedManifest } from './manifests.ts';
export { MemoryStore } from './memory-store.ts';

export { failsHalfWay, KEY, letters, manifestOf, there } from './letters.ts';
export { letterEngine } from './letter-engine.ts';
export { MemoryStore } from './memory-store.ts';

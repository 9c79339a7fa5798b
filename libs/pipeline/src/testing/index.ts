export * from './letters.ts';
export { MemoryStore } from './memory-store.ts';

/** A module of its own, because it has to run before the modules that fill the heap are loaded. */
import { setFlagsFromString } from 'node:v8';

// The space of young objects stays at its first size. It would grow to 48 MiB under many requests, and `compare` of
// 100,000 keys would take 250 MiB instead of less than 200 (lab/src/cli/large-compare.test.ts).
setFlagsFromString('--semi-space-growth-factor=1');

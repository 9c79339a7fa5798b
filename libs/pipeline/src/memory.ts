import { BASE_MIB } from '@darkroom/transforms';

const MIB = 1024 * 1024;

/**
 * MiB of a function that no upload may have: the function's own process, and the one in which an upload is worked on
 * that may have killed a process (apps/resizer). Set aside always, so that the outcome does not depend on the attempt.
 */
const SET_ASIDE_MIB = 2 * BASE_MIB;

/** @returns MiB that a function of this memory has for uploads */
export function uploadMemory(functionMiB: number): number {
  return Math.max(0, functionMiB - SET_ASIDE_MIB);
}

/** @returns MiB that the function of an upload with this need must have */
export function functionMemory(neededMiB: number): number {
  return Math.ceil(neededMiB + SET_ASIDE_MIB);
}

/** MiB while an upload is read: the pieces as they come, and the whole. */
export function readingMemory(bytes: number): number {
  return (2 * bytes) / MIB;
}

/**
 * MiB of one upload at its peak.
 *
 * @param rendering MiB that the engine estimates; the file is kept beside it, for the other process
 */
export function peakMemory(bytes: number, rendering: number): number {
  return Math.max(readingMemory(bytes), rendering + bytes / MIB);
}

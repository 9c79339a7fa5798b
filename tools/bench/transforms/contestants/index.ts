import { BALANCED, SHARPS_OWN } from '../job.ts';
import type { DoJob } from './contestant.ts';
import { decodeOnce, pipelinePerOutput } from './hand-written.ts';

/** The others are not to carry the engine's code in their memory. */
const engine = async (effort: 'fast' | 'balanced') => (await import('./engine.ts')).engine(effort);

/** Contestants that are functions of this program, by name, each made ready when its turn comes. */
export const IN_PROCESS = {
  darkroom: () => engine('balanced'),
  'darkroom-fast': () => engine('fast'),
  floor: () => decodeOnce(BALANCED),
  naive: () => pipelinePerOutput(BALANCED),
  'naive-defaults': () => pipelinePerOutput(SHARPS_OWN),
} as const satisfies Readonly<Record<string, () => DoJob | Promise<DoJob>>>;

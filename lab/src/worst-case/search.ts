import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeCost, openingSeconds, scanStructure, type Structure } from '@darkroom/transforms';
import { SeededRandom } from '../fuzz/seeded-random.ts';
import type { Family, Genes, Quantity, Rendering } from './families.ts';
import { measureDecode, measureUpload } from './measure.ts';
import type { Cost } from './process-status.ts';

/** No decode may use more than its estimate times this. */
export const BOUNDS = { cpuSeconds: 2, memory: 1.25 } as const;

/** Below this a ratio says nothing: the clock's and the allocator's steps are as large. */
const NOISE = { cpuSeconds: 0.08, memory: 24 } as const;
/** Files that are estimated to cost more are not decoded. */
const MOST = { cpuSeconds: 8, memory: 1500 } as const;
/** A process that uses more is killed. */
const KILLED = { cpuSeconds: 10 * MOST.cpuSeconds, memory: 4 * MOST.memory } as const;
const RUNS = 3;
const QUANTITIES: readonly Quantity[] = ['cpuSeconds', 'memory'];
const MIB = 1024 * 1024;

/** A file, what it was estimated to cost and what it cost. */
export interface Trial {
  readonly genes: Genes;
  readonly estimated: Cost;
  readonly used: Cost;
  /** Used by estimated; 0 below the noise. */
  readonly ratio: Readonly<Record<Quantity, number>>;
  readonly error?: string;
}

export interface FamilyResult {
  readonly family: string;
  readonly files: number;
  /** Files whose cost was unknown, or that were too expensive to decode. */
  readonly skipped: number;
  readonly worst: Readonly<Record<Quantity, Trial | undefined>>;
}

/** The factor by which libjpeg may reduce on load. */
export function shrinkFor({ width }: Structure, toWidth: number): number {
  return [8, 4, 2].find((factor) => width / factor >= toWidth) ?? 1;
}

function estimateDecode(structure: Structure, genes: Genes): Cost {
  const animated = genes['animated'] === true;
  const shrink = shrinkFor(structure, Number(genes['toWidth']));
  const { cpuSeconds, memory } = decodeCost(structure, { animated, shrink });
  return { cpuSeconds: cpuSeconds + openingSeconds(structure), memory };
}

/** One measurement of a file: what it was estimated to cost, and what it cost. */
type Measured = Pick<Trial, 'estimated' | 'used' | 'error'>;

/** Measures a decode. @returns nothing if the cost is unknown or above what a search can afford */
function decodes({ format }: Family, genes: Genes, file: string, source: Buffer) {
  const { structure } = scanStructure(source, format);
  if (!structure) return undefined;
  const estimated = estimateDecode(structure, genes);
  if (estimated.cpuSeconds > MOST.cpuSeconds || estimated.memory > MOST.memory) return undefined;
  const order = { file, animated: genes['animated'] === true, width: Number(genes['toWidth']) };
  return async (): Promise<Measured> => {
    const { cpuSeconds, memory, outputBytes, error } = await measureDecode(order, KILLED);
    // The pixels that come out are not part of the decode.
    const used = { cpuSeconds, memory: Math.max(0, memory - outputBytes / MIB) };
    return { estimated, used, ...(error !== undefined && { error }) };
  };
}

/** Measures a rendering, with nothing if the cost is unknown or above what a search can afford. */
function renderings({ variants, frames, page, joins }: Rendering, genes: Genes, file: string) {
  const order = {
    ...{ file, variants: variants(genes), most: MOST },
    ...{ frames: frames?.(genes), page: page?.(genes), joins: joins?.(genes) },
  };
  return async (): Promise<Measured | undefined> => {
    const { estimated, ...measured } = await measureUpload(order, KILLED);
    return estimated && { estimated, ...measured };
  };
}

function trialOf(genes: Genes, { estimated, used, error }: Measured, { rendering }: Family): Trial {
  const ratio = (quantity: Quantity) =>
    used[quantity] < NOISE[quantity] || !(rendering?.quantities ?? QUANTITIES).includes(quantity)
      ? 0
      : used[quantity] / estimated[quantity];
  return {
    genes,
    estimated,
    used,
    ratio: { cpuSeconds: ratio('cpuSeconds'), memory: ratio('memory') },
    ...(error !== undefined && { error }),
  };
}

/** @returns nothing if the cost is unknown or above what a search can afford */
async function tryFile(family: Family, genes: Genes, file: string): Promise<Trial | undefined> {
  const source = await family.write(genes);
  await writeFile(file, source);
  const measure = family.rendering
    ? renderings(family.rendering, genes, file)
    : decodes(family, genes, file, source);
  let best: Measured | undefined;
  // Neighbours on the machine only ever add: the least of three is nearest to the truth.
  for (let run = 0; run < RUNS; run += 1) {
    const measured = await measure?.();
    if (!measured) return undefined;
    best = {
      ...measured,
      used: {
        cpuSeconds: Math.min(best?.used.cpuSeconds ?? Infinity, measured.used.cpuSeconds),
        memory: Math.min(best?.used.memory ?? Infinity, measured.used.memory),
      },
    };
    if (!exceeds(trialOf(genes, best, family))) break;
  }
  return best && trialOf(genes, best, family);
}

/** Whether a trial uses more than its estimate times the bounds. */
export function exceeds({ ratio }: Trial, bounds: Cost = BOUNDS): boolean {
  return ratio.cpuSeconds > bounds.cpuSeconds || ratio.memory > bounds.memory;
}

function anyGenes(family: Family, random: SeededRandom): Genes {
  return Object.fromEntries(
    Object.entries(family.space).map(([name, values]) => [name, random.of(values)]),
  );
}

/** The genes with one or two of them changed. */
function mutated(family: Family, genes: Genes, random: SeededRandom): Genes {
  const names = Object.keys(family.space);
  const changed = { ...genes };
  for (let changes = 1 + random.below(2); changes > 0; changes -= 1) {
    const name = random.of(names);
    changed[name] = random.of(family.space[name] ?? []);
  }
  return changed;
}

function possible(family: Family, random: SeededRandom, best: Trial | undefined): Genes {
  for (let tries = 0; tries < 100_000; tries += 1) {
    const isFresh = !best || random.below(3) === 0;
    const genes = isFresh ? anyGenes(family, random) : mutated(family, best.genes, random);
    if (family.isPossible(genes)) return genes;
  }
  throw new Error(`No combination of genes of "${family.name}" is possible`);
}

export interface SearchOptions {
  readonly seed: number;
  /** Whether to go on, asked before each file with the number of files before it. */
  readonly goOn: (files: number) => boolean;
  readonly onTrial?: (family: Family, trial: Trial) => void;
  /** Whether all files are at random, so that the seed alone decides which they are. Default: false. */
  readonly atRandom?: boolean;
}

/** Looks for the files of a family that use the most of what was estimated: one third at random, the others near the worst so far. */
export async function searchFamily(
  family: Family,
  { seed, goOn, onTrial, atRandom = false }: SearchOptions,
): Promise<FamilyResult> {
  const random = new SeededRandom(seed, family.name.length, family.name.charCodeAt(0));
  const file = path.join(tmpdir(), `worst-case-${process.pid}-${family.name.replaceAll(' ', '-')}`);
  const worst: Record<Quantity, Trial | undefined> = { cpuSeconds: undefined, memory: undefined };
  let [files, skipped] = [0, 0];
  try {
    for (; goOn(files); files += 1) {
      const quantity: Quantity = files % 2 === 0 ? 'cpuSeconds' : 'memory';
      const near = atRandom ? undefined : worst[quantity];
      const trial = await tryFile(family, possible(family, random, near), file);
      if (!trial) skipped += 1;
      else {
        onTrial?.(family, trial);
        for (const each of ['cpuSeconds', 'memory'] as const) {
          if (trial.ratio[each] > (worst[each]?.ratio[each] ?? 0)) worst[each] = trial;
        }
      }
    }
  } finally {
    await rm(file, { force: true });
  }
  return { family: family.name, files, skipped, worst };
}

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Contestant } from './contestants.ts';
import type { Measured } from './measured.ts';
import { derivationOf } from './quality/derivation.ts';
import { filesOf, References, type Files } from './quality/quality-of.ts';
import type { SourceResult, Trial } from './results.ts';
import { derive } from './sources/derive.ts';
import type { Photo } from './sources/generated-photos.ts';
import { CLASS_NAMES, SOURCE_CLASSES, type SourceClass } from './sources/source-class.ts';

export interface RunOptions {
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly megapixels?: number;
  /** Receives the name of the next job. */
  readonly onProgress?: (line: string) => void;
  /** An empty folder for what comes and goes. */
  readonly folder: string;
}

interface Source {
  readonly sourceClass: SourceClass;
  readonly photo: string;
  readonly file: string;
}

/** The list with another first element each time: no contestant always runs first or after the same one. */
export function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

async function makeSources(
  photos: readonly Photo[],
  { folder, megapixels }: RunOptions,
): Promise<readonly Source[]> {
  const sources: Source[] = [];
  for (const [index, { name, bytes }] of photos.entries()) {
    for (const sourceClass of SOURCE_CLASSES) {
      const options = megapixels === undefined ? {} : { megapixels };
      const extension = sourceClass === 'png' ? 'png' : 'jpg';
      const file = path.join(folder, `${index}-${sourceClass}.${extension}`);
      const derived = await derive(bytes, sourceClass, options);
      await writeFile(file, derived);
      sources.push({ sourceClass, photo: name, file });
    }
  }
  return sources;
}

/** All contestants on one source, in turns; files are looked at once, since they are the same every time. */
async function runSource(
  { sourceClass, photo, file }: Source,
  { contestants, rounds, folder }: RunOptions,
): Promise<SourceResult> {
  const source = await readFile(file);
  const references = await References.of(source);
  const measured = new Map<string, Measured[]>(contestants.map(({ name }) => [name, []]));
  const files = new Map<string, Files>();
  const outputs = path.join(folder, 'outputs');
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of rotated(contestants, round)) {
      await mkdir(outputs);
      measured.get(contestant.name)?.push(await contestant.run(file, outputs));
      if (round === 0) files.set(contestant.name, await filesOf(outputs, references));
      await rm(outputs, { recursive: true });
    }
  }
  const trials = contestants.flatMap(({ name }): Trial[] => {
    const own = files.get(name);
    return own ? [{ contestant: name, rounds: measured.get(name) ?? [], files: own }] : [];
  });
  const { width, height } = references;
  const derivation = await derivationOf(source, references);
  return { sourceClass, photo, width, height, trials, derivation };
}

/** Every contestant on every photo in every class, one process at a time. */
export async function run(
  photos: readonly Photo[],
  options: RunOptions,
): Promise<readonly SourceResult[]> {
  const results: SourceResult[] = [];
  const sources = await makeSources(photos, options);
  for (const [index, source] of sources.entries()) {
    const { photo, sourceClass } = source;
    options.onProgress?.(
      `${index + 1} of ${sources.length}: ${photo}, ${CLASS_NAMES[sourceClass]}`,
    );
    results.push(await runSource(source, options));
  }
  return results;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Arguments } from '../arguments.ts';
import { contestants } from './contestants.ts';
import { writeFigures } from './performance-page.ts';
import { findPrograms } from './programs/find-programs.ts';
import { markdownReport, textReport, type Report } from './report.ts';
import { run } from './run.ts';
import { readPhotos } from './sources/photos.ts';

const ROUNDS = 3;

function versions(): Record<string, string> {
  const { sharp: own = '', vips = '', webp = '' } = sharp.versions;
  return { sharp: own, libvips: vips, libwebp: webp, Node: process.versions.node };
}

function sourcesInWords({ photos, megapixels }: Partial<Arguments>): string {
  const what = photos === undefined ? 'generated pictures' : 'real photos';
  return megapixels === undefined ? what : `${what}, enlarged to ${megapixels} megapixels`;
}

/**
 * The engine's cost for the pictures of one upload, compared with other programs. Each job has a process
 * of its own, and all contestants take turns: a busy machine slows each of them.
 */
export async function transforms(
  given: Partial<Arguments>,
  programs = findPrograms(),
): Promise<string> {
  const { rounds = ROUNDS, megapixels } = given;
  const photos = await readPhotos(given.photos);
  const all = contestants(programs.found);
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
  try {
    const report: Report = {
      results: await run(photos, {
        contestants: all,
        rounds,
        folder,
        // The result alone goes to the standard output.
        onProgress: (line) => process.stderr.write(`  ${line}\n`),
        ...(megapixels === undefined ? {} : { megapixels }),
      }),
      contestants: all.map(({ name }) => name),
      missing: programs.missing,
      versions: versions(),
      rounds,
      sources: sourcesInWords(given),
    };
    if (given.write) {
      const section = megapixels === undefined ? 'as they are' : 'enlarged';
      await writeFigures(section, markdownReport(report, new Date()));
    }
    return textReport(report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

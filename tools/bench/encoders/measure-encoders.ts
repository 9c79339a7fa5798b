import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Arguments } from '../arguments.ts';
import { watchMachine } from '../machine.ts';
import { median } from '../statistics.ts';
import type { EncodedFile, EncodersReport } from './encoders-report.ts';
import { readPhotoSet } from './photo-set.ts';
import { findJudges } from './scores.ts';
import { encodeWith, QUALITIES, SERIES } from './series.ts';

/** All series at all qualities on each photo of the set. */
export async function measureEncoders(
  { photos, rivals, rounds, quick }: Arguments,
  say: (line: string) => void,
): Promise<EncodersReport> {
  const began = Date.now();
  const machine = watchMachine();
  const all = await readPhotoSet(photos);
  const { judges, missing } = findJudges(rivals);
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-encoders-'));
  const files: EncodedFile[] = [];
  try {
    for (const { name, bytes } of quick ? all.filter((_, index) => index % 2 === 0) : all) {
      const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({
        resolveWithObject: true,
      });
      const { width, height } = info;
      const image = sharp(data, { raw: { width, height, channels: 3 } });
      const encoded: Omit<EncodedFile, 'scores'>[] = [];
      const decoded: string[] = [];
      for (const series of SERIES)
        for (const quality of QUALITIES[series.format]) {
          const times: number[] = [];
          let file = Buffer.alloc(0);
          for (let round = 0; round < rounds; round++) {
            const before = process.cpuUsage();
            file = await encodeWith(image.clone(), series, quality);
            const { user, system } = process.cpuUsage(before);
            times.push((user + system) / 1e6);
          }
          const png = path.join(folder, `${encoded.length}.png`);
          await writeFile(png, await sharp(file).png({ compressionLevel: 1 }).toBuffer());
          decoded.push(png);
          encoded.push({
            ...{ photo: name, format: series.format, series: series.name, quality },
            ...{ bytes: file.length, pixels: width * height, cpu: median(times) },
          });
        }
      const reference = path.join(folder, 'reference.png');
      await writeFile(reference, await image.clone().png().toBuffer());
      const judged = await Promise.all(
        judges.map(async ({ metric, judge }) => [metric, await judge(reference, decoded)] as const),
      );
      encoded.forEach((one, index) => {
        const scores = Object.fromEntries(judged.map(([metric, list]) => [metric, list[index]]));
        files.push({ ...one, scores });
      });
      say(`${name}: ${encoded.length} files`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const { sharp: own = '', webp = '', aom = '', mozjpeg = '', heif = '' } = sharp.versions;
  return {
    date: new Date().toISOString().slice(0, 10),
    minutes: (Date.now() - began) / 60_000,
    machine: machine(),
    versions: {
      ...{ sharp: own, libwebp: webp, aom, mozjpeg, libheif: heif },
      ...Object.fromEntries(judges.map(({ name, version }) => [name, version])),
    },
    ...{ missing, files },
  };
}

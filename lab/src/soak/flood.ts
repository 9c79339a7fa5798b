import type { Rig } from '../testbed/testbed.ts';
import type { Blob } from '../testbed/sample-uploads.ts';

export interface FloodFigures {
  /** Good uploads a second, alone. */
  readonly goodAlone: number;
  /** Good uploads a second, when each comes with a corrupt one. */
  readonly goodInFlood: number;
  /** The second by the first: one half is the corrupt ones' share, if they cost as much as good ones. */
  readonly share: number;
}

/** Good uploads alone, and then as many with a corrupt one beside each. */
export async function measureFlood(
  rig: Rig,
  blobs: readonly Blob[],
  uploads: number,
): Promise<FloodFigures> {
  const good = blobs.filter(({ outcome }) => outcome === 'done');
  const corrupt = blobs.filter(({ outcome }) => outcome !== 'done');
  const alone = await secondsFor(rig, 'alone', uploads, (index) => [pick(good, index)]);
  const flood = await secondsFor(rig, 'flood', uploads, (index) => [
    pick(corrupt, index),
    pick(good, index),
  ]);
  const [goodAlone, goodInFlood] = [uploads / alone, uploads / flood];
  return { goodAlone, goodInFlood, share: goodInFlood / goodAlone };
}

/** From the first upload to an empty queue. */
async function secondsFor(
  { application }: Rig,
  name: string,
  uploads: number,
  blobsAt: (index: number) => readonly Blob[],
): Promise<number> {
  const begun = performance.now();
  for (let index = 0; index < uploads; index++)
    await Promise.all(
      blobsAt(index).map((blob, place) =>
        application.perform({ kind: 'upload', key: `uploads/${name}/${index}-${place}`, blob }),
      ),
    );
  await application.quiet();
  return (performance.now() - begun) / 1000;
}

function pick(blobs: readonly Blob[], index: number): Blob {
  const blob = blobs[index % blobs.length];
  if (!blob) throw new RangeError('There is nothing to upload');
  return blob;
}

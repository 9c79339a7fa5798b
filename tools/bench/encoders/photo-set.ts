import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ArgumentsError } from '../arguments.ts';
import type { Photo } from '../sources/generated-photos.ts';

/**
 * The lossless pictures of Kodak, which many tests of encoders use: 768 × 512 pixels of scanned film. Each fourth one, so that
 * a run takes minutes. The benchmark downloads nothing.
 */
export const PHOTO_SET = {
  repository: 'https://github.com/MohamedBakrAli/Kodak-Lossless-True-Color-Image-Suite',
  commit: 'dd2e1105fe8d9afe1120cd7e4c0e5e41f509a81b',
  folder: 'PhotoCD_PCD0992',
  /** SHA-256 of each file. */
  photos: {
    '01.png': 'a56e27cbf5f843c048b6af1d6e090760e9c92fadba88b7dee0205918a37523bd',
    '05.png': '10349e963c5c813d327852f82c1795fa4148d69fedffc4c589bee458e3ac3d53',
    '09.png': '6a4361c2fc194feb4edaa9f9a4a0620fb9943e460ac7fdf037fb0f6dd6607a7d',
    '13.png': 'bc34a3ce58dea09dce1704c997171602de90cb34d0c8503a988b77f473d39b08',
    '17.png': '37afcc89fbdcb76d9518e04b2fc011027e2f4cd14b3b2f83cefd721641a47c5b',
    '21.png': 'ac958597c82073f6bb65129c68f72b651db5b9efd82e11547d07350214bc268b',
  },
} as const;

/** The set as a git checkout or a flat folder has it. @throws ArgumentsError if a photo is missing or different */
export async function readPhotoSet(folder: string | undefined): Promise<readonly Photo[]> {
  const { repository, commit, photos } = PHOTO_SET;
  const where = `--photos takes a folder with the photos of ${repository} at ${commit}`;
  if (folder === undefined) throw new ArgumentsError(where);
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new ArgumentsError(`${where}; ${folder} cannot be read`, { cause });
  });
  return Promise.all(
    Object.entries(photos).map(async ([name, hash]) => {
      const found = names.find((one) => path.basename(one) === name);
      if (found === undefined) throw new ArgumentsError(`${where}; ${name} is missing`);
      const bytes = await readFile(path.join(folder, found));
      if (createHash('sha256').update(bytes).digest('hex') !== hash)
        throw new ArgumentsError(`${where}; ${name} is another picture`);
      return { name, bytes };
    }),
  );
}

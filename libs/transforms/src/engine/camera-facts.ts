import { readExif } from './read-exif.ts';

/** What EXIF says of the shot, for the manifest. */
export interface CameraFacts {
  readonly takenAt?: string;
  readonly camera?: string;
}

/** Longest maker and model, characters. */
const MAX_CAMERA = 100;

function takenAt(value: unknown): string | undefined {
  const match =
    typeof value === 'string'
      ? /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(value.trim())
      : null;
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const date = new Date(`${text}Z`);
  // Cameras without a set clock write 0000:00:00.
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== text
    ? undefined
    : text;
}

function plain(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Reads them from an EXIF block, if there is one. */
export async function cameraFacts(exif: Uint8Array | undefined): Promise<CameraFacts> {
  const tags = await readExif(exif);
  const taken = takenAt(tags['DateTimeOriginal']) ?? takenAt(tags['CreateDate']);
  const [make, model] = [plain(tags['Make']), plain(tags['Model'])];
  const name = model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`;
  const camera = name.trim().slice(0, MAX_CAMERA);
  return { ...(taken ? { takenAt: taken } : {}), ...(camera ? { camera } : {}) };
}

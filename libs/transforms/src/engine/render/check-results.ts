import sharp, { type Sharp } from 'sharp';
import * as z from 'zod';
import type { AnyPixels, Shape } from '../../bound-transform.ts';
import type { Facts } from '../../image-engine.ts';
import type { Frame } from './picture.ts';

/** Maximum length of a step's facts, characters of JSON. */
const MAX_FACTS = 16 * 1024;

const json = z.json();

function words(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return value.constructor?.name ?? 'an object';
}

/** @throws Error if a step did not return an image */
export function checkedImage(given: unknown): Sharp {
  if (given instanceof sharp) return given;
  throw new Error(`returned ${words(given)} and not an image`);
}

/** @throws Error if a step did not return pixels of the declared shape and depth */
export function checkedPixels(given: unknown, promised: Shape, depth: 8 | 16): AnyPixels {
  const pixels = (given ?? {}) as Partial<AnyPixels>;
  const { data, width, height, channels } = pixels;
  if (!(data instanceof (depth === 16 ? Uint16Array : Uint8Array))) {
    const wanted = depth === 16 ? 'a Uint16Array' : 'bytes';
    throw new Error(
      `returned ${given ? `data of ${words(data)}` : words(given)} and not ${wanted}`,
    );
  }
  const wanted = promised.hasAlpha ? 4 : 3;
  if (width !== promised.width || height !== promised.height || channels !== wanted) {
    throw new Error(
      `returned ${width}×${height} pixels of ${channels} channels and not ${promised.width}×${promised.height} of ${wanted}`,
    );
  }
  const samples = width * height * wanted;
  if (data.length !== samples) {
    const unit = depth === 16 ? 'samples' : 'bytes';
    throw new Error(`returned ${data.length} ${unit} and not ${samples}`);
  }
  return { data, width, height, channels: wanted };
}

/** @throws Error if a step did not return JSON of at most 16,384 characters */
export function checkedFacts(given: unknown): Facts {
  const { data, success } = json.safeParse(given);
  if (!success) throw new Error(`returned ${words(given)}, which is not JSON`);
  const { length } = JSON.stringify(data);
  if (length > MAX_FACTS) {
    throw new Error(`returned ${length} characters of JSON; at most ${MAX_FACTS} are kept`);
  }
  return data;
}

/** @throws Error if a step added or removed alpha without declaring it */
export function checkAlpha({ channels }: Frame, promised: Shape): void {
  const wanted = promised.hasAlpha ? 4 : 3;
  if (channels !== wanted) throw new Error(`made ${channels} channels and not ${wanted}`);
}

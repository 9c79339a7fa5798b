import { encode } from '../builtin/encode.ts';
import { encodingsOf } from '../builtin/encoders/encodings.ts';
import type { Step } from '../image-engine.ts';
import { isDisplayStep } from './display-of.ts';

type Options = Step['options'];

const PADDED = 'the padding has no gain';
const LOOKED = 'the region depends on the pixels of the picture';

/** Steps that can also be applied to a gain map, and the options that cannot. */
const FOLLOWED: Readonly<Record<string, (options: Options) => string | undefined>> = {
  rotate: ({ angle }) => (angle === 'auto' || Number(angle) % 90 === 0 ? undefined : PADDED),
  resize({ fit, position, otherwise }) {
    if (fit === 'contain') return PADDED;
    return [position, otherwise].some((place) => place === 'attention' || place === 'entropy')
      ? LOOKED
      : undefined;
  },
  crop: () => undefined,
  flip: () => undefined,
  flop: () => undefined,
};

const ALLOWED = [...Object.keys(FOLLOWED), 'sharpen'];

/** Whether the step must be applied to the gain map too. */
export function appliesToGainMap({ transform }: Step): boolean {
  return Object.hasOwn(FOLLOWED, transform);
}

/**
 * Returns why a step cannot be combined with a kept gain map; `undefined` if it can. The map describes the original picture:
 * after other steps it would brighten a mark or reveal hidden content.
 */
export function gainMapConflict({ transform, options }: Step, kind: string): string | undefined {
  const but = `${transform} cannot be combined with metadata: gainMap`;
  if (transform === encode.name) {
    const isBounded = encodingsOf(options, 'jpeg', 'balanced').some(
      (encoding) => encoding.format === 'jpeg' && encoding.maxBytes !== undefined,
    );
    return isBounded ? `${but}: the map is added after maxBytes is checked` : undefined;
  }
  const isSetting = kind === 'setting' && !isDisplayStep({ transform });
  if (isSetting || kind === 'facts') return undefined;
  if (!ALLOWED.includes(transform)) return `${but}: only ${ALLOWED.join(', ')} can`;
  const why = FOLLOWED[transform]?.(options);
  return why && `${but}: ${why}`;
}

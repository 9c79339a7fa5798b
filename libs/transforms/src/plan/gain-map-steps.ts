import { encode } from '../builtin/encode.ts';
import { encodingsOf } from '../builtin/encoders/encodings.ts';
import type { Step } from '../image-engine.ts';

type Options = Step['options'];

const PADDED = 'what it pads with has no gain';
const LOOKED = 'it looks for its region in the picture';

/** Steps that a gain map can follow, and what of them it cannot. */
const FOLLOWED: Readonly<Record<string, (options: Options) => string | undefined>> = {
  rotate: ({ angle }) => (angle === 'auto' || Number(angle) % 90 === 0 ? undefined : PADDED),
  resize({ fit, position }) {
    if (fit === 'contain') return PADDED;
    return position === 'attention' || position === 'entropy' ? LOOKED : undefined;
  },
  crop: () => undefined,
  flip: () => undefined,
  flop: () => undefined,
};

const ALLOWED = [...Object.keys(FOLLOWED), 'sharpen'];

/** Whether the gain map has to take the step too. */
export function appliesToGainMap({ transform }: Step): boolean {
  return Object.hasOwn(FOLLOWED, transform);
}

/**
 * Why a step does not go with a gain map that its variant keeps. The map goes on from what the picture was: it would
 * brighten a mark, or show what was hidden.
 */
export function gainMapConflict({ transform, options }: Step, kind: string): string | undefined {
  const but = `${transform} does not go with a gain map that metadata keeps`;
  if (transform === encode.name) {
    const isBounded = encodingsOf(options, 'jpeg', 'balanced').some(
      (encoding) => encoding.format === 'jpeg' && encoding.maxBytes !== undefined,
    );
    return isBounded ? `${but}: the map comes on top of maxBytes` : undefined;
  }
  if (kind === 'setting' || kind === 'facts') return undefined;
  if (!ALLOWED.includes(transform)) return `${but}: only ${ALLOWED.join(', ')} do`;
  const why = FOLLOWED[transform]?.(options);
  return why && `${but}: ${why}`;
}

import type { EncodeOptions } from '../builtin/encode.ts';
import { holdsAnimation } from '../builtin/encodings.ts';
import { whyTooLarge } from './limits.ts';
import type { FileStage } from './types.ts';

/** Those that hold the picture as it is; all where none does, so that what is asked for is done as well as can be. */
function those(
  encodings: readonly EncodeOptions[],
  hold: (encoding: EncodeOptions) => boolean,
): readonly EncodeOptions[] {
  const holding = encodings.filter(hold);
  return holding.length > 0 ? holding : encodings;
}

/** What a variant's file may be, now that it is known what it has to hold: mostly one, and never none. */
export function candidates({
  settings,
  shape,
  mode,
}: Pick<FileStage, 'settings' | 'shape' | 'mode'>): readonly EncodeOptions[] {
  const moving = those(
    settings.encodings,
    (encoding) => !mode.animated || holdsAnimation(encoding),
  );
  const clear = those(moving, ({ format }) => !shape.hasAlpha || format !== 'jpeg');
  return those(clear, (encoding) => whyTooLarge(shape, encoding) === undefined);
}

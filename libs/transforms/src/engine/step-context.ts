import sharp from 'sharp';
import type { StepContext } from '../define-transform.ts';
import type { Operation } from '../plan/types.ts';
import { readBounded, type ReadSideFile } from './side-files.ts';

/** What a step is given beside its input. */
export function stepContext(
  { variants, input, output }: Operation,
  place: Pick<StepContext, 'facts' | 'fromUpload' | 'animated' | 'signal'>,
  readSideFile: ReadSideFile | undefined,
): StepContext {
  return {
    ...place,
    variants,
    input,
    output,
    createImage: (file) => sharp(file, { failOn: 'error' }),
    readFile: (name) => readBounded(name, place.signal, readSideFile),
  };
}

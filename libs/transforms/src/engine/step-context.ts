import sharp from 'sharp';
import type { StepContext } from '../define-transform.ts';
import type { Operation } from '../plan/types.ts';
import { readBounded, type ReadSideFile } from './side-files.ts';

/** What a step is given beside its input: copies, since a plugin that changes them would change the plan. */
export function stepContext(
  { variants, input, output }: Operation,
  { facts, ...place }: Pick<StepContext, 'facts' | 'fromUpload' | 'animated' | 'signal'>,
  readSideFile: ReadSideFile | undefined,
): StepContext {
  return {
    ...place,
    facts: structuredClone(facts),
    variants: [...variants],
    input: { ...input },
    output: { ...output },
    createImage: (file) => sharp(file, { failOn: 'error' }),
    readFile: (name) => readBounded(name, place.signal, readSideFile),
  };
}

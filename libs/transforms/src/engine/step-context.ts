import sharp from 'sharp';
import type { StepContext } from '../define-transform.ts';
import type { Operation } from '../plan/types.ts';

/** Reads a file beside the pipeline, such as a logo, by its name. */
export type ReadSideFile = (
  name: string,
  options: { readonly signal: AbortSignal; readonly maxBytes: number },
) => Promise<Uint8Array>;

/** The largest side file, bytes: it is in memory once for each step that reads it. */
const MAX_SIDE_FILE = 16 * 1024 * 1024;

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
    async readFile(name) {
      if (!readSideFile) throw new Error(`there are no side files here: ${JSON.stringify(name)}`);
      const { signal } = place;
      const file = await readSideFile(name, { signal, maxBytes: MAX_SIDE_FILE });
      if (file.byteLength > MAX_SIDE_FILE) {
        throw new Error(`${name} has ${file.byteLength} bytes; at most ${MAX_SIDE_FILE} are read`);
      }
      return file;
    },
  };
}

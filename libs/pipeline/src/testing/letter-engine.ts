import {
  ImageError,
  type ImageEngine,
  type OutputFormat,
  type Rendered,
  type SourceFormat,
  type Variant,
} from '@darkroom/transforms';
import * as z from 'zod';

const pointSchema = z.object({ x: z.number(), y: z.number() }).partial();

/**
 * The uploads of the model, one letter each. `web` is always WebP, `same` has the source's format. A and C leave
 * different objects behind, A and F share the bytes of one, and R is not an image. T and U are twins: the model's source
 * bucket gives them the same ETag.
 */
const UPLOADS: Readonly<Record<string, { format: OutputFormat & SourceFormat; web: string }>> = {
  A: { format: 'jpeg', web: 'web of A' },
  B: { format: 'jpeg', web: 'web of B' },
  C: { format: 'png', web: 'web of C' },
  F: { format: 'jpeg', web: 'web of A' },
  T: { format: 'jpeg', web: 'web of T' },
  U: { format: 'jpeg', web: 'web of U' },
};

const text = new TextDecoder();
const bytes = new TextEncoder();

function focusOf(variants: readonly Variant[]): string {
  const { x, y } = pointSchema.parse(
    variants.flatMap(({ steps }) => steps).find(({ options }) => 'focus' in options)?.options[
      'focus'
    ] ?? {},
  );
  return x === undefined ? '' : ` at ${x},${y}`;
}

/** Makes outputs of letters, in the order that suits it and not the recipe. */
export const letterEngine: ImageEngine = {
  survey: () => Promise.resolve({ format: 'jpeg' }),
  inspect(source) {
    const upload = UPLOADS[text.decode(source)];
    if (!upload) return Promise.reject(new ImageError('CORRUPT_IMAGE', 'no image'));
    const size = { width: 4, height: 3, orientation: 1, pages: 1, bytes: source.byteLength };
    return Promise.resolve({ format: upload.format, ...size, hasAlpha: false, progressive: false });
  },
  estimate: () => ({ pages: 1, memory: 0 }),
  join: (pages) => Promise.resolve(Buffer.concat(pages)),
  sheet: () => Promise.reject(new Error('letters have no pages')),
  async *render({ source, done, variants }) {
    const letter = text.decode(source);
    const upload = UPLOADS[letter];
    if (!upload) throw new Error(`no upload ${letter}`);
    await Promise.resolve();
    const output = (variant: string, format: OutputFormat, content: string): Rendered => ({
      kind: 'output',
      variant,
      bytes: bytes.encode(content),
      format,
      width: 4,
      height: 3,
    });
    if (!done?.has('same')) yield output('same', upload.format, `same of ${letter}`);
    if (!done?.has('web')) yield output('web', 'webp', `${upload.web}${focusOf(variants)}`);
  },
};

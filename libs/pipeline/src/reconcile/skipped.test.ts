import type { Rendered, SkippedVariant } from '@darkroom/transforms';
import { expect, test } from 'vitest';
import { KEY, letters, made, manifestOf, there } from '../testing/letters.ts';
import { MemoryBudget } from './memory-budget.ts';
import { reconcile } from './reconcile.ts';

const tooTall = {
  kind: 'skipped',
  variant: 'web',
  code: 'TOO_LARGE',
  message: 'variant web: 1×20000 pixels do not fit into webp',
} as const;
const outside = {
  kind: 'skipped',
  variant: 'same',
  code: 'NOT_APPLICABLE',
  message: 'variant same: the region is not inside the picture',
} as const;

/** An engine that knows before decoding (`early`) or only afterwards that variants cannot be made. */
function skipping(items: readonly SkippedVariant[], when: 'early' | 'late') {
  return {
    estimate: () => ({ pages: 1, memory: 0, ...(when === 'early' && { skipped: items }) }),
    async *render({ variants }: { readonly variants: readonly { readonly name: string }[] }) {
      await Promise.resolve();
      const names = new Set(items.map(({ variant }) => variant));
      const made_: Rendered[] = variants
        .filter(({ name }) => !names.has(name))
        .map(({ name }) => made(name));
      yield* [...items, ...made_];
    },
  };
}

test.each(['early', 'late'] as const)(
  'makes every variant that can be made, and lists the others (known %s)',
  async (when) => {
    const bucket = letters({}, { engine: skipping([tooTall], when) });
    bucket.source.place(KEY, 'A');
    expect((await reconcile(KEY, bucket)).kind).toBe('done');
    expect(manifestOf(bucket)).toMatchObject({
      status: 'done',
      outputs: [{ variant: 'same' }],
      skipped: [{ variant: 'web', code: 'TOO_LARGE', message: tooTall.message, retryable: false }],
    });
    expect(await reconcile(KEY, bucket)).toMatchObject({ code: 'UP_TO_DATE' });
  },
);

test.each(['early', 'late'] as const)(
  'a recipe may require all variants: one that cannot be made rejects the upload (known %s)',
  async (when) => {
    const bucket = letters({ allOrNothing: true }, { engine: skipping([tooTall], when) });
    bucket.source.place(KEY, 'A');
    expect(await reconcile(KEY, bucket)).toMatchObject({
      kind: 'rejected',
      manifest: { error: { code: 'TOO_LARGE', message: tooTall.message, retryable: false } },
    });
    expect(there(bucket)).toEqual([`${KEY}/manifest.json`]);
  },
);

test('rejects an upload of which no variant can be made, with the first one’s reason', async () => {
  const bucket = letters({}, { engine: skipping([outside, tooTall], 'late') });
  bucket.source.place(KEY, 'A');
  expect(await reconcile(KEY, bucket)).toMatchObject({
    manifest: {
      error: {
        code: 'TOO_LARGE',
        message: `${tooTall.message}; other variants cannot be made either: same`,
        retryable: false,
      },
    },
  });
});

test('variants that alone need too much memory are skipped, and tried again', async () => {
  const estimate = ({ variants }: { readonly variants: readonly { readonly name: string }[] }) => ({
    pages: 1,
    memory: variants.some(({ name }) => name === 'web') ? 9_000 : 10,
  });
  const bucket = letters({}, { engine: { estimate }, memory: new MemoryBudget(1024) });
  bucket.source.place(KEY, 'A');
  expect((await reconcile(KEY, bucket)).kind).toBe('done');
  expect(manifestOf(bucket)).toMatchObject({
    outputs: [{ variant: 'same' }],
    skipped: [{ variant: 'web', code: 'TOO_LARGE', retryable: true }],
  });
  expect((await reconcile(KEY, bucket)).kind).toBe('done');
});

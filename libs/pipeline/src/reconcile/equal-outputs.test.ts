import type { RenderedOutput, RenderRequest } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import { outcomeFileSchema } from '../contract/outcome-file.ts';
import { KEY, letters, type Letters, made, manifestOf, there } from '../testing/letters.ts';
import { reconcile } from './reconcile.ts';

const names = ['w320', 'w640', 'thumb', 'w1280'];

/** The set of a small upload: all but the thumbnail have the same bytes. */
async function* small({ done = new Set() }: RenderRequest) {
  await Promise.resolve();
  const bytes = new TextEncoder().encode('the whole picture');
  const order = ['w1280', 'thumb', 'w640', 'w320'].filter((name) => !done.has(name));
  yield* order.map((name): RenderedOutput =>
    name === 'thumb' ? made(name) : { ...made(name), bytes },
  );
}

async function afterUpload(variants: string[] = names): Promise<Letters> {
  const bucket = letters(
    { variants: names.map((name) => ({ name, steps: [] })) },
    { engine: { render: small }, delivery: { outcomes: true, variants } },
  );
  bucket.source.place(KEY, 'A');
  await reconcile(KEY, bucket);
  return bucket;
}

const copies = (items: readonly { sameAs?: string | undefined }[]) =>
  items.map(({ sameAs }) => sameAs);

describe('outputs with equal bytes', () => {
  test('all exist, and the manifest marks all but the first of the recipe', async () => {
    const bucket = await afterUpload();
    expect(there(bucket)).toEqual(
      expect.arrayContaining(names.map((name) => `${KEY}/${name}.webp`)),
    );
    const { outputs = [] } = manifestOf(bucket) ?? {};
    expect(outputs.map(({ variant }) => variant)).toEqual(names);
    expect(copies(outputs)).toEqual([undefined, 'w320', undefined, 'w320']);
  });

  test('have the same manifest if an earlier attempt has left some of them', async () => {
    const bucket = await afterUpload();
    const whole = bucket.processed.textOf(`${KEY}/manifest.json`);
    bucket.processed.objects.delete(`${KEY}/manifest.json`);
    bucket.processed.objects.delete(`${KEY}/w320.webp`);
    await reconcile(KEY, bucket, { retry: true });
    expect(bucket.processed.textOf(`${KEY}/manifest.json`)).toBe(whole);
  });

  test('name a delivered variant in the outcome file', async () => {
    const bucket = await afterUpload(['w640', 'w1280', 'thumb']);
    const text = bucket.processed.textOf(`${KEY}/outcome.json`) ?? '';
    const outcome = outcomeFileSchema.parse(JSON.parse(text));
    const variants = outcome.status === 'done' ? outcome.variants : [];
    expect(variants.map(({ name }) => name)).toEqual(['w640', 'thumb', 'w1280']);
    expect(copies(variants)).toEqual([undefined, undefined, 'w640']);
  });
});

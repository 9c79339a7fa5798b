import { describe, expect, test } from 'vitest';
import { outcomeFileSchema } from '../contract/outcome-file.ts';
import { makeOutcomeOf } from '../stack/public-variants.ts';
import { KEY, letters, type Letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';
import { reconcile } from './reconcile.ts';

const OUTCOME = `${KEY}/outcome.json`;
const upToDate = { kind: 'acknowledged', code: 'UP_TO_DATE' };

function outcomeOf({ processed }: Letters) {
  return outcomeFileSchema.parse(JSON.parse(processed.textOf(OUTCOME) ?? 'null'));
}

async function afterUpload(letter: string, delivery = {}): Promise<Letters> {
  const bucket = letters({}, { delivery: { outcomes: true, ...delivery } });
  bucket.source.place(KEY, letter);
  await reconcile(KEY, bucket);
  bucket.requests();
  return bucket;
}

describe('the outcome file', () => {
  test('has what a page needs, and no name of a bucket or key', async () => {
    const bucket = await afterUpload('A');
    const { eTag } = bucket.source.objects.get(KEY) ?? {};
    expect(outcomeOf(bucket)).toMatchObject({
      version: 1,
      upload: { eTag, versionId: null },
      status: 'done',
      variants: [
        { name: 'web', file: 'web.webp', contentType: 'image/webp', bytes: 8 },
        { name: 'same', contentType: 'image/jpeg', bytes: 9 },
      ],
    });
    expect(bucket.processed.textOf(OUTCOME)).not.toMatch(/uploads|source"|bucket|sha256/);
    expect(bucket.processed.objects.get(OUTCOME)?.options).toMatchObject({
      contentType: 'application/json',
      cacheControl: 'no-cache',
    });
  });

  test('says why an upload was rejected', async () => {
    const bucket = await afterUpload('R');
    expect(outcomeOf(bucket)).toMatchObject({
      status: 'rejected',
      code: 'CORRUPT_IMAGE',
      retryable: false,
    });
    expect(there(bucket)).toEqual([MANIFEST, OUTCOME]);
  });

  test('lists only the variants that are delivered', async () => {
    const bucket = await afterUpload('A', { variants: ['web'] });
    expect(outcomeOf(bucket)).toMatchObject({ variants: [{ name: 'web' }] });
  });

  test('is written after the variants and before the manifest', async () => {
    const bucket = letters({}, { delivery: { outcomes: true } });
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const puts = bucket.requests().filter((request) => request.startsWith('PUT'));
    expect(puts.slice(-2)).toEqual([`PUT ${OUTCOME}`, `PUT ${MANIFEST}`]);
    expect(manifestOf(bucket)?.outcome).toMatchObject({
      key: OUTCOME,
      eTag: bucket.processed.objects.get(OUTCOME)?.eTag,
    });
  });

  test('costs a duplicate message nothing', async () => {
    const bucket = await afterUpload('A');
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    expect(bucket.requests()).toHaveLength(3);
  });

  test('goes with its upload', async () => {
    const bucket = await afterUpload('A');
    bucket.source.objects.delete(KEY);
    await reconcile(KEY, bucket);
    expect(there(bucket)).toEqual([]);
  });
});

describe('without another decode', () => {
  test.each([
    ['a lost file is written again', (bucket: Letters) => bucket.processed.objects.delete(OUTCOME)],
    ['an edited file is written again', (bucket: Letters) => bucket.processed.place(OUTCOME, '{}')],
  ])('%s', async (_what, damage) => {
    const bucket = await afterUpload('A');
    const right = bucket.processed.textOf(OUTCOME);
    damage(bucket);
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    expect(bucket.processed.textOf(OUTCOME)).toBe(right);
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
  });

  test('a changed setting changes the file: on, other variants, off', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const withDelivery = (delivery: { variants?: string[] } | undefined) => ({
      ...bucket,
      makeOutcome: makeOutcomeOf({
        recipes: bucket.recipes,
        delivery: delivery && { outcomes: true, ...delivery },
      }),
    });
    bucket.requests();
    await reconcile(KEY, withDelivery({}));
    expect(outcomeOf(bucket)).toMatchObject({ variants: [{}, {}] });
    await reconcile(KEY, withDelivery({ variants: ['web'] }));
    expect(outcomeOf(bucket)).toMatchObject({ variants: [{ name: 'web' }] });
    await reconcile(KEY, withDelivery(undefined));
    expect(there(bucket)).not.toContain(OUTCOME);
    expect(manifestOf(bucket)?.outcome).toBeUndefined();
    const puts = bucket.requests().filter((request) => request.startsWith('PUT'));
    expect(puts).toEqual([
      ...[`PUT ${OUTCOME}`, `PUT ${MANIFEST}`],
      ...[`PUT ${OUTCOME}`, `PUT ${MANIFEST}`],
      `PUT ${MANIFEST}`,
    ]);
  });
});

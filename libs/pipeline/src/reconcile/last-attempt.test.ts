import { expect, test } from 'vitest';
import { PipelineError } from '../contract/codes.ts';
import { reconcile } from './reconcile.ts';
import {
  KEY,
  letters,
  made,
  MANIFEST,
  manifestOf,
  there,
  type Letters,
} from '../testing/letters.ts';

const lastAttempt = { lastAttempt: true };

function outcomeOf(bucket: Letters): string | undefined {
  const manifest = manifestOf(bucket);
  return manifest?.status === 'rejected' ? manifest.error.code : manifest?.status;
}

test('a GAVE_UP manifest stands there before the work is tried, and success replaces it', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'A');
  const seen: (string | undefined)[] = [];
  bucket.processed.interfere = (request) => {
    if (request.startsWith('PUT')) seen.push(outcomeOf(bucket));
  };
  expect(await reconcile(KEY, bucket, lastAttempt)).toMatchObject({ kind: 'done' });
  expect(seen).toEqual([undefined, 'GAVE_UP', 'GAVE_UP', 'GAVE_UP']);
  expect(outcomeOf(bucket)).toBe('done');
  expect(bucket.processed.objects.size).toBe(3);
});

test('it stays where nothing comes of the attempt, alone', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'A');
  await reconcile(KEY, bucket);
  bucket.source.place(KEY, 'B');
  const render = async function* () {
    yield made('web');
    await new Promise((resolve) => setImmediate(resolve));
    throw new PipelineError('INTERNAL', 'a defect');
  };
  const dying = { ...bucket, engine: { ...bucket.engine, render } };
  await expect(reconcile(KEY, dying, lastAttempt)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(outcomeOf(bucket)).toBe('GAVE_UP');
  expect(there(bucket)).toEqual([MANIFEST]);
});

test('it never counts as up to date: a redrive does the work', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'A');
  const inspect = () => Promise.reject(new Error('out of memory'));
  const dying = { ...bucket, engine: { ...bucket.engine, inspect } };
  await expect(reconcile(KEY, dying, lastAttempt)).rejects.toThrow('out of memory');
  expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
  expect(outcomeOf(bucket)).toBe('done');
});

test('what is no image is rejected as ever', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'R');
  await reconcile(KEY, bucket, lastAttempt);
  expect(outcomeOf(bucket)).toBe('CORRUPT_IMAGE');
});

test('what is up to date, or gone, is left in peace', async () => {
  const bucket = letters();
  expect(await reconcile(KEY, bucket, lastAttempt)).toMatchObject({ code: 'SOURCE_MISSING' });
  bucket.source.place(KEY, 'A');
  await reconcile(KEY, bucket);
  expect(await reconcile(KEY, bucket, lastAttempt)).toMatchObject({ code: 'UP_TO_DATE' });
  expect(outcomeOf(bucket)).toBe('done');
});

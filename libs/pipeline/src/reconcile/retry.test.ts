import type { RenderRequest } from '@darkroom/transforms';
import { describe, expect, test } from 'vitest';
import { PipelineError } from '../contract/codes.ts';
import { reconcile } from './reconcile.ts';
import { KEY, letters, made, MANIFEST, there, type Letters } from '../testing/letters.ts';

const THUMB = `${KEY}/thumb.webp`;
const SAME = `${KEY}/same.jpg`;
const WEB = `${KEY}/web.webp`;
const retry = { retry: true };

/** A thumbnail in addition to the variants of the test pipeline. */
const variants = [
  { name: 'web', steps: [] },
  { name: 'same', steps: [] },
  { name: 'thumb', steps: [] },
];
const label = { fit: 'cover', facts: { dhash: { hash: 'naïve, and two  spaces' } } };

/** Buckets and an engine that says what it encodes, and dies before it has encoded a variant. */
function setUp(recipe: Parameters<typeof letters>[0] = { variants }) {
  const bucket = letters(recipe);
  const encoded: string[] = [];
  let dyingBefore: string | undefined;
  const ordinary = bucket.engine;
  async function* render(request: RenderRequest) {
    if (!request.done?.has('thumb')) {
      encoded.push('thumb');
      yield { ...made('thumb'), ...label };
    }
    for await (const item of ordinary.render(request)) {
      if (item.kind !== 'output') continue;
      if (item.variant === dyingBefore) throw new PipelineError('INTERNAL', 'the process died');
      encoded.push(item.variant);
      yield item;
    }
  }
  const attempt = async (options: Parameters<typeof reconcile>[2] = {}, changed?: object) => {
    encoded.length = 0;
    bucket.requests();
    return reconcile(KEY, { ...bucket, engine: { ...ordinary, render }, ...changed }, options);
  };
  const die = async (before: string, options = {}) => {
    dyingBefore = before;
    await expect(attempt(options)).rejects.toMatchObject({ code: 'INTERNAL' });
    dyingBefore = undefined;
  };
  return { bucket, encoded, attempt, die };
}

/** All that is in the bucket: bytes, headers and metadata. */
function everything({ processed }: Letters) {
  return Object.fromEntries(
    [...processed.objects]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { options, eTag }]) => {
        const { precondition: _, ...headers } = options ?? { precondition: 'absent' };
        return [key, { eTag, text: processed.textOf(key), ...headers }];
      }),
  );
}

async function undisturbed(letter: string) {
  const { bucket, attempt } = setUp();
  bucket.source.place(KEY, letter);
  await attempt();
  return everything(bucket);
}

test('a write that fails ends the encoding of the others', async () => {
  const { bucket, encoded, attempt } = setUp();
  bucket.source.place(KEY, 'A');
  bucket.processed.interfere = (request) => {
    if (request === `PUT ${THUMB}`) throw new PipelineError('STORAGE_UNAVAILABLE', 'try again');
  };
  await expect(attempt()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  expect(encoded.length).toBeLessThan(variants.length);
});

describe('an attempt after one that died', () => {
  test('makes only what is not there, and ends as if nothing had been', async () => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'A');
    await die('web');
    expect(there(bucket)).toEqual([SAME, THUMB]);
    expect(await attempt(retry)).toMatchObject({ kind: 'done' });
    expect(encoded).toEqual(['web']);
    expect(bucket.requests().slice(2)).toEqual([
      `LIST ${KEY}/`,
      `HEAD ${SAME}`,
      `HEAD ${THUMB}`,
      `PUT ${WEB}`,
      `PUT ${MANIFEST}`,
    ]);
    expect(everything(bucket)).toEqual(await undisturbed('A'));
  });

  test('makes none where only the manifest is missing', async () => {
    const { bucket, encoded, attempt } = setUp();
    bucket.source.place(KEY, 'A');
    await attempt();
    bucket.processed.objects.delete(MANIFEST);
    await attempt(retry);
    expect(encoded).toEqual([]);
    expect(everything(bucket)).toEqual(await undisturbed('A'));
  });

  test('does not copy the upload again', async () => {
    const { bucket, attempt } = setUp({ variants: [...variants, { name: 'own', copy: true }] });
    bucket.source.place(KEY, 'A');
    await attempt();
    bucket.processed.objects.delete(MANIFEST);
    await attempt(retry);
    expect(bucket.requests()).not.toContain(`PUT ${KEY}/own.jpg`);
    expect(there(bucket)).toContain(`${KEY}/own.jpg`);
  });

  test('makes all where the message has not come before: no further request', async () => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'A');
    await die('web');
    await attempt();
    expect(encoded).toEqual(['thumb', 'same', 'web']);
    expect(bucket.requests()).not.toContain(`HEAD ${THUMB}`);
  });

  test('makes all where it is the last: nothing stands beside the GAVE_UP manifest', async () => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'A');
    await die('web');
    await attempt({ retry: true, lastAttempt: true });
    expect(encoded).toEqual(['thumb', 'same', 'web']);
    expect(everything(bucket)).toEqual(await undisturbed('A'));
  });
});

describe('what is there is made again', () => {
  test('where it was made of another upload', async () => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'B');
    await die('web');
    bucket.source.place(KEY, 'A');
    await attempt(retry);
    expect(encoded).toEqual(['thumb', 'same', 'web']);
    expect(everything(bucket)).toEqual(await undisturbed('A'));
  });

  test('where it was made with another recipe', async () => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'A');
    await die('web');
    const { recipes } = letters({ variants, effort: 'small' });
    await attempt(retry, { recipes });
    expect(encoded).toEqual(['thumb', 'same', 'web']);
  });

  test.each([
    ['is cut short', (json: string) => json.slice(0, -5)],
    ['is missing', () => undefined],
    ['lacks a member', (json: string) => json.replace('sha256', 'md5')],
    ['is of another variant', (json: string) => json.replace('"thumb"', '"web"')],
  ])('where what it says of itself %s', async (_what, change) => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'A');
    await die('web');
    const thumb = bucket.processed.objects.get(THUMB);
    if (!thumb?.options) throw new Error('there is no thumbnail');
    const { output = '', ...rest } = thumb.options.metadata;
    const changed = change(output);
    const metadata = { ...rest, ...(changed !== undefined && { output: changed }) };
    bucket.processed.place(THUMB, thumb.body, { ...thumb.options, metadata });
    await attempt(retry);
    expect(encoded).toEqual(['thumb', 'web']);
    expect(everything(bucket)).toEqual(await undisturbed('A'));
  });

  test('where somebody changes it after it was listed', async () => {
    const { bucket, encoded, attempt, die } = setUp();
    bucket.source.place(KEY, 'A');
    await die('web');
    bucket.processed.interfere = (request) => {
      if (request !== `HEAD ${THUMB}`) return;
      bucket.processed.interfere = () => {};
      bucket.processed.place(THUMB, 'rubbish');
    };
    await attempt(retry);
    expect(encoded).toEqual(['thumb', 'web']);
    expect(everything(bucket)).toEqual(await undisturbed('A'));
  });
});

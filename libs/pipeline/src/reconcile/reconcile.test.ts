import { ImageError } from '@darkroom/transforms';
import { describe, expect, test, vi } from 'vitest';
import { reconcile } from './reconcile.ts';
import {
  failsHalfWay,
  KEY,
  letters,
  made,
  MANIFEST,
  manifestOf,
  there,
} from '../testing/letters.ts';

const WEB = `${KEY}/web.webp`;
const SAME = `${KEY}/same.jpg`;

const MANIFEST_TEXT = `{
  "version": 1,
  "status": "done",
  "recipe": "letters",
  "recipeHash": "0123456789abcdef",
  "source": {
    "bucket": "source",
    "key": "uploads/k.jpg",
    "versionId": null,
    "eTag": "7fc56270e7a70fa81a5935b72eacbe29",
    "bytes": 1,
    "sha256": "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd",
    "format": "jpeg",
    "width": 4,
    "height": 3,
    "orientation": 1,
    "pages": 1,
    "takenAt": "2024-05-01T12:03:04",
    "camera": "Ada 1"
  },
  "outputs": [
    {
      "variant": "same",
      "key": "uploads/k.jpg/same.webp",
      "format": "webp",
      "contentType": "image/webp",
      "width": 4,
      "height": 3,
      "bytes": 10,
      "fit": "cover",
      "facts": {
        "dhash": {
          "hash": "ff"
        }
      },
      "eTag": "2eb011bc545294173b90a765e7f3a948",
      "sha256": "d2656c233b05a5b50bdf24361e8282ca02788d71f7e49c87fd54c35342415c70"
    }
  ],
  "skipped": [
    {
      "variant": "web",
      "code": "NOT_APPLICABLE",
      "message": "one frame only",
      "retryable": false
    }
  ],
  "placeholder": {
    "thumbhash": "AAAA",
    "dominantColour": "#8a6f52"
  },
  "manifestSha256": "of the text above"
}
`;

describe('an upload', () => {
  test('gets its outputs and then the manifest that names them', async () => {
    const bucket = letters();
    const eTag = bucket.source.place(KEY, 'A');
    const outcome = await reconcile(KEY, bucket);
    expect(outcome.kind).toBe('done');
    expect(there(bucket)).toEqual([MANIFEST, SAME, WEB]);
    expect(bucket.processed.textOf(WEB)).toBe('web of A');
    expect(manifestOf(bucket)).toMatchObject({
      status: 'done',
      recipe: 'letters',
      source: { bucket: 'source', key: KEY, eTag, bytes: 1, format: 'jpeg', width: 4, height: 3 },
      // In the recipe's order, whatever order they were made in.
      outputs: [
        { variant: 'web', key: WEB, contentType: 'image/webp', bytes: 8 },
        { variant: 'same', key: SAME, contentType: 'image/jpeg', bytes: 9 },
      ],
    });
    expect(bucket.processed.objects.get(WEB)?.options).toMatchObject({
      contentType: 'image/webp',
      cacheControl: 'public, max-age=300, stale-while-revalidate=86400',
      metadata: { 'source-key': KEY, recipe: 'letters', 'recipe-hash': expect.any(String) },
    });
  });

  test('costs 1 LIST, 1 GET, a PUT for each variant and the manifest, and 1 HEAD', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    expect(bucket.requests()).toEqual([
      `source: GET ${KEY}`,
      `source: HEAD ${KEY}`,
      `LIST ${KEY}/`,
      `PUT ${SAME}`,
      `PUT ${WEB}`,
      `PUT ${MANIFEST}`,
    ]);
  });

  test('told of twice costs 1 LIST, 1 GET of the manifest and 1 HEAD', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    bucket.requests();
    expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
    expect(bucket.requests()).toEqual([`source: HEAD ${KEY}`, `LIST ${KEY}/`, `GET ${MANIFEST}`]);
  });

  test('gives the same bytes again, manifest included', async () => {
    const [one, two] = [letters(), letters()];
    for (const bucket of [one, two]) {
      bucket.source.place(KEY, 'A');
      await reconcile(KEY, bucket);
    }
    expect(two.processed.textOf(MANIFEST)).toBe(one.processed.textOf(MANIFEST));
  });

  test('has a manifest of this text', async () => {
    const inspect = async (source: Uint8Array) => ({
      ...(await letters().engine.inspect(source)),
      takenAt: '2024-05-01T12:03:04',
      camera: 'Ada 1',
    });
    async function* render() {
      yield { kind: 'placeholder' as const, thumbhash: 'AAAA', dominantColour: '#8a6f52' };
      yield { ...made('same'), fit: 'cover' as const, facts: { dhash: { hash: 'ff' } } };
      await Promise.resolve();
      const message = 'one frame only';
      yield { kind: 'skipped' as const, variant: 'web', code: 'NOT_APPLICABLE' as const, message };
    }
    const bucket = letters({}, { engine: { inspect, render } });
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const text = bucket.processed.textOf(MANIFEST) ?? '';
    // Limits and defaults of recipes decide the hash, and thus the manifest's own checksum.
    const withoutHash = text
      .replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"')
      .replace(/"manifestSha256": "[0-9a-f]{64}"/, '"manifestSha256": "of the text above"');
    expect(withoutHash).toBe(MANIFEST_TEXT);
  });

  test('that is written over gets new outputs, and loses those that it no longer has', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    bucket.source.place(KEY, 'C');
    await reconcile(KEY, bucket);
    expect(there(bucket)).toEqual([MANIFEST, `${KEY}/same.png`, WEB]);
    expect(bucket.processed.textOf(WEB)).toBe('web of C');
  });

  test('is done again under another recipe', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const { recipes } = letters({ variants: [{ name: 'web', steps: [] }] });
    expect(await reconcile(KEY, { ...bucket, recipes })).toMatchObject({ kind: 'done' });
    expect(there(bucket)).toEqual([MANIFEST, WEB]);
  });

  test.each([
    ['an output that is gone', WEB, undefined],
    ['an output that somebody changed', WEB, 'rubbish'],
    ['a manifest that is gone', MANIFEST, undefined],
    ['a manifest that is rubbish', MANIFEST, 'rubbish'],
    ['something that is not ours', `${KEY}/stray.txt`, 'rubbish'],
  ])('is repaired: %s', async (_what, key, body) => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const right = new Map(bucket.processed.objects);
    if (body === undefined) bucket.processed.objects.delete(key);
    else bucket.processed.place(key, body);
    await reconcile(KEY, bucket);
    const eTags = (objects: typeof right) =>
      [...objects].map(([name, { eTag }]) => `${name} ${eTag}`).sort();
    expect(eTags(bucket.processed.objects)).toEqual(eTags(right));
  });
});

describe('no upload', () => {
  test.each(['elsewhere/k.jpg', 'uploads/', 'uploads/folder/'])(
    '%s: no request at all',
    async (key) => {
      const bucket = letters();
      expect(await reconcile(key, bucket)).toEqual({ kind: 'acknowledged', code: 'NO_RECIPE' });
      expect(bucket.requests()).toEqual([]);
    },
  );

  test('a removed upload has no outputs', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    bucket.source.objects.clear();
    bucket.requests();
    expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'SOURCE_MISSING' });
    expect(there(bucket)).toEqual([]);
    expect(bucket.requests().at(-3)).toBe(`DELETE ${MANIFEST}`);
  });

  test('a key that has neither upload nor outputs costs 1 LIST and 1 GET', async () => {
    const bucket = letters();
    expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'SOURCE_MISSING' });
    expect(bucket.requests()).toEqual([`source: GET ${KEY}`, `LIST ${KEY}/`]);
  });

  test('a removed upload keeps its outputs where the recipe says so', async () => {
    const bucket = letters({ onSourceRemoved: 'keep' });
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    bucket.source.objects.clear();
    expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'SOURCE_MISSING' });
    expect(there(bucket)).toEqual([MANIFEST, SAME, WEB]);
  });
});

describe('a failure', () => {
  test('of a write wins over that of rendering: the write may have happened', async () => {
    const bucket = letters({}, { engine: { render: failsHalfWay } });
    bucket.source.place(KEY, 'A');
    bucket.processed.interfere = (request) => {
      if (request === `PUT ${WEB}`) throw new ImageError('TIMEOUT', 'no answer');
    };
    await expect(reconcile(KEY, bucket)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(there(bucket)).toEqual([]);
  });

  test('of a write ends the rendering, once what is under way is done', async () => {
    let rendered = 0;
    const bucket = letters(
      {},
      {
        engine: {
          async *render({ variants }) {
            for (const { name } of variants) {
              rendered++;
              yield made(name);
              await new Promise((resolve) => setImmediate(resolve));
            }
          },
        },
      },
    );
    bucket.source.place(KEY, 'A');
    bucket.processed.interfere = (request) => {
      if (request.startsWith('PUT')) throw new ImageError('TIMEOUT', 'no answer');
    };
    await expect(reconcile(KEY, bucket)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(rendered).toBeLessThanOrEqual(2);
  });

  test('that is nobody’s rejection leaves the manifest as it was', async () => {
    const bucket = letters({}, { engine: { inspect: () => Promise.reject(new TypeError('?')) } });
    bucket.source.place(KEY, 'A');
    await expect(reconcile(KEY, bucket)).rejects.toThrow('?');
    expect(there(bucket)).toEqual([]);
  });

  test('of time reaches the engine: it has the signal of the attempt', async () => {
    const controller = new AbortController();
    const signals: unknown[] = [];
    const bucket = letters(
      {},
      {
        engine: {
          async *render({ signal }) {
            signals.push(signal);
            controller.abort(new Error('the image had 1 s'));
            await Promise.resolve();
            throw signal?.reason;
          },
        },
      },
    );
    bucket.source.place(KEY, 'A');
    const { signal } = controller;
    await expect(reconcile(KEY, bucket, { signal })).rejects.toThrow('the image had 1 s');
    expect(signals).toEqual([signal]);
    expect(there(bucket)).toEqual([]);
  });

  test('for want of time is TIMEOUT, before anything is asked', async () => {
    const bucket = letters();
    const signal = AbortSignal.abort(new Error('5 seconds left'));
    await expect(reconcile(KEY, bucket, { signal })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(bucket.requests()).toEqual([]);
  });
});

describe('a neighbour', () => {
  test('that writes in between makes it start over', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    let passes = 0;
    bucket.processed.interfere = (request) => {
      if (request === `PUT ${MANIFEST}` && passes++ === 0) bucket.processed.place(MANIFEST, '{}');
    };
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
    expect(there(bucket)).toEqual([MANIFEST, SAME, WEB]);
    expect(passes).toBe(2);
  });

  test('that writes over the upload in between makes it start over', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    bucket.source.interfere = (request) => {
      if (request.startsWith('HEAD')) bucket.source.place(KEY, 'B');
    };
    await reconcile(KEY, bucket);
    expect(bucket.processed.textOf(WEB)).toBe('web of B');
  });

  test('that never stops is given way to after six passes', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    let version = 0;
    bucket.processed.interfere = (request) => {
      if (request === `PUT ${MANIFEST}`) bucket.processed.place(MANIFEST, `version ${version++}`);
    };
    await expect(reconcile(KEY, bucket)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(version).toBe(6);
  });
});

test('an upload that appears while the outputs of the one before are removed is processed', async () => {
  const bucket = letters();
  bucket.source.place(KEY, 'A');
  await reconcile(KEY, bucket);
  bucket.source.objects.delete(KEY);
  const remove = bucket.processed.delete.bind(bucket.processed);
  vi.spyOn(bucket.processed, 'delete').mockImplementation((...given) => {
    bucket.source.place(KEY, 'B');
    return remove(...given);
  });
  expect((await reconcile(KEY, bucket)).kind).toBe('done');
  expect(bucket.processed.textOf(`${KEY}/web.webp`)).toBe('web of B');
});

test('an upload that may choose and is gone takes its outputs along', async () => {
  const bucket = letters({ choices: ['focus'] });
  bucket.source.place(KEY, 'A');
  await reconcile(KEY, bucket);
  bucket.source.objects.delete(KEY);
  expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'SOURCE_MISSING' });
  expect(bucket.processed.objects.size).toBe(0);
});

test('an upload whose side is over the limit is rejected', async () => {
  const bucket = letters({}, { limits: { side: 1 } });
  bucket.source.place(KEY, 'A');
  expect(await reconcile(KEY, bucket)).toMatchObject({
    manifest: { error: { code: 'TOO_LARGE', message: expect.stringContaining('side') as string } },
  });
});

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatManifest } from '../contract/manifest.ts';
import { isSameSource } from '../contract/source-identity.ts';
import { KEY, letters, MANIFEST, manifestOf, there, type Letters } from '../testing/letters.ts';
import { reconcile } from './reconcile.ts';

const WEB = `${KEY}/web.webp`;
const sha256 = (text: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(text).digest(encoding);
/** ETag of all twins. */
const eTag = '0123456789abcdef0123456789abcdef';
const upToDate = { kind: 'acknowledged', code: 'UP_TO_DATE' };

async function afterUpload(letter: string, more = {}): Promise<Letters> {
  const bucket = letters();
  bucket.source.place(KEY, letter, undefined, more);
  await reconcile(KEY, bucket);
  bucket.requests();
  return bucket;
}

describe('an identity', () => {
  const one = { versionId: null, eTag, bytes: 4, checksumSha256: 'a' };
  test.each([
    ['the same version', { ...one, versionId: 'v' }, { ...one, versionId: 'v', eTag: 'e' }, true],
    ['another version', { ...one, versionId: 'v' }, { ...one, versionId: 'w' }, false],
    ['a version with and without an id', { ...one, versionId: 'v' }, one, false],
    ['nothing else', one, { ...one }, true],
    ['another ETag', one, { ...one, eTag: 'e' }, false],
    ['another size', one, { ...one, bytes: 5 }, false],
    ['another SHA-256', one, { ...one, checksumSha256: 'b' }, false],
    ['a SHA-256 on one side', one, { ...one, checksumSha256: undefined }, false],
  ])('with %s', (_what, left, right, isSame) => {
    expect(isSameSource(left, right)).toBe(isSame);
    expect(isSameSource(right, left)).toBe(isSame);
  });
});

describe('twins with the same ETag and size', () => {
  test.each([
    ['by their versions', { versionId: 'v1' }, { versionId: 'v2' }],
    [
      'by the SHA-256 that the client stored',
      { checksumSha256: sha256('A', 'base64') },
      { checksumSha256: sha256('B', 'base64') },
    ],
    ['by the SHA-256 of many parts', { checksumSha256: 'x-2' }, { checksumSha256: 'y-2' }],
    ['by a SHA-256 that only the second has', {}, { checksumSha256: sha256('B', 'base64') }],
  ])('are told apart %s', async (_how, first, second) => {
    const bucket = await afterUpload('A', { eTag, ...first });
    bucket.source.place(KEY, 'B', undefined, { eTag, ...second });
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
    expect(bucket.processed.textOf(WEB)).toBe('web of B');
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
  });

  test('are told apart when one replaces the other during the work', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A', undefined, { eTag, versionId: 'v1' });
    bucket.source.interfere = (request) => {
      if (request.startsWith('HEAD'))
        bucket.source.place(KEY, 'B', undefined, { eTag, versionId: 'v2' });
    };
    await reconcile(KEY, bucket);
    expect(bucket.processed.textOf(WEB)).toBe('web of B');
    expect(manifestOf(bucket)?.source).toMatchObject({ versionId: 'v2', sha256: sha256('B') });
  });

  test('do not lend each other the outputs that an attempt has left', async () => {
    const bucket = await afterUpload('A', { eTag });
    bucket.processed.objects.delete(MANIFEST);
    bucket.source.place(KEY, 'B', undefined, { eTag });
    await reconcile(KEY, bucket, { retry: true });
    expect(bucket.processed.textOf(WEB)).toBe('web of B');
  });
});

describe('the same bytes as a new version', () => {
  test('only change the manifest: 1 LIST, 2 GET, 1 PUT, 2 HEAD', async () => {
    const bucket = await afterUpload('A', { versionId: 'v1', checksumSha256: 'given' });
    const before = manifestOf(bucket);
    bucket.source.place(KEY, 'A', undefined, { versionId: 'v2', eTag: 'of-parts-2' });
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    expect(bucket.requests()).toEqual([
      `source: HEAD ${KEY}`,
      `source: GET ${KEY}`,
      `source: HEAD ${KEY}`,
      `LIST ${KEY}/`,
      `GET ${MANIFEST}`,
      `PUT ${MANIFEST}`,
    ]);
    const { checksumSha256: _, ...source } = before?.source ?? {};
    expect(manifestOf(bucket)).toEqual({
      ...before,
      source: { ...source, versionId: 'v2', eTag: 'of-parts-2' },
    });
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
  });

  test('leave the manifest as if it were the only version', async () => {
    const bucket = await afterUpload('A', { versionId: 'v1' });
    bucket.source.place(KEY, 'A', undefined, { versionId: 'v2' });
    await reconcile(KEY, bucket);
    const other = await afterUpload('A', { versionId: 'v2' });
    expect(bucket.processed.textOf(MANIFEST)).toBe(other.processed.textOf(MANIFEST));
  });

  test('of a rejected upload are not decoded again', async () => {
    const bucket = await afterUpload('R', { versionId: 'v1' });
    bucket.source.place(KEY, 'R', undefined, { versionId: 'v2' });
    const inspect = () => Promise.reject(new Error('it was decoded'));
    const engine = { ...bucket.engine, inspect };
    expect(await reconcile(KEY, { ...bucket, engine })).toEqual(upToDate);
    expect(manifestOf(bucket)).toMatchObject({ status: 'rejected', source: { versionId: 'v2' } });
  });

  test('are another upload with another Content-Encoding', async () => {
    const bucket = letters();
    const body = gzipSync('A');
    bucket.source.place(KEY, body, undefined, { versionId: 'v1' });
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'rejected' });
    bucket.source.place(KEY, body, undefined, { versionId: 'v2', contentEncoding: 'gzip' });
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
  });
});

describe('a manifest of a version that did not write the SHA-256', () => {
  async function withOldManifest(more = {}): Promise<Letters> {
    const bucket = await afterUpload('A', more);
    const manifest = manifestOf(bucket);
    if (!manifest) throw new Error('there is no manifest');
    const { sha256: _, checksumSha256: _checksum, ...source } = manifest.source;
    const text = new TextDecoder().decode(formatManifest({ ...manifest, source }));
    const { manifestSha256: _hash, ...old } = JSON.parse(text) as Record<string, unknown>;
    bucket.processed.place(MANIFEST, JSON.stringify(old, null, 2) + '\n');
    return bucket;
  }

  test.each([
    ['the version', { versionId: 'v1' }],
    ['the version, also with a SHA-256 of the client,', { versionId: 'v1', checksumSha256: 'x' }],
    ['ETag and size without a SHA-256 of the client', {}],
  ])('stays if %s proves the identity', async (_what, more) => {
    const bucket = await withOldManifest(more);
    const before = bucket.processed.textOf(MANIFEST);
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    expect(bucket.processed.textOf(MANIFEST)).toBe(before);
  });

  test.each([
    ['the client stored a SHA-256', { checksumSha256: 'x' }, { checksumSha256: 'x' }],
    ['the same bytes are another version', { versionId: 'v1' }, { versionId: 'v2' }],
  ])('is replaced with all outputs if %s', async (_what, first, second) => {
    const bucket = await withOldManifest(first);
    bucket.source.place(KEY, 'A', undefined, second);
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
    expect(manifestOf(bucket)?.source.sha256).toBe(sha256('A'));
  });
});

test('a manifest that was edited by hand is written again', async () => {
  const bucket = await afterUpload('A');
  const right = bucket.processed.textOf(MANIFEST) ?? '';
  bucket.processed.place(MANIFEST, right.replace('"width": 4', '"width": 5'));
  expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'done' });
  expect(bucket.processed.textOf(MANIFEST)).toBe(right);
});

describe('orphans next to complete outputs', () => {
  const nested = `${KEY}/NAME/thumb.webp`;

  async function withOrphans(count: number): Promise<Letters> {
    const bucket = await afterUpload('A');
    for (let index = 0; index < count; index++) bucket.processed.place(`${KEY}/${index}`, 'x');
    bucket.processed.place(nested, 'of another upload');
    return bucket;
  }

  test('are deleted without a read of the upload, and the source is confirmed', async () => {
    const bucket = await withOrphans(1);
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    expect(bucket.requests()).toEqual([
      `source: HEAD ${KEY}`,
      `source: HEAD ${KEY}`,
      `LIST ${KEY}/`,
      `GET ${MANIFEST}`,
      `DELETE ${KEY}/0`,
    ]);
  });

  test('10,000 of them need as many attempts as time allows, and each attempt deletes some', async () => {
    const bucket = await withOrphans(10_000);
    const left = () => there(bucket).length;
    const counts = [left()];
    for (let attempt = 1; left() > 4; attempt++) {
      let requests = 0;
      bucket.processed.interfere = () => {
        if (++requests > 3_000) throw Object.assign(new Error('no time'), { code: 'TIMEOUT' });
      };
      const working = reconcile(KEY, bucket, { retry: attempt > 1 });
      if (attempt < 4) await expect(working).rejects.toMatchObject({ code: 'TIMEOUT' });
      else expect(await working).toEqual(upToDate);
      counts.push(left());
    }
    expect(counts).toEqual([10_004, 7_006, 4_008, 1_010, 4]);
    expect(there(bucket)).toEqual([MANIFEST, nested, `${KEY}/same.jpg`, WEB].sort());
  });

  test('at most 50 deletions run at once', async () => {
    const bucket = await withOrphans(200);
    let [running, most] = [0, 0];
    const remove = bucket.processed.delete.bind(bucket.processed);
    bucket.processed.delete = async (...args) => {
      most = Math.max(most, ++running);
      await remove(...args);
      running--;
    };
    await reconcile(KEY, bucket);
    expect(most).toBe(50);
  });
});

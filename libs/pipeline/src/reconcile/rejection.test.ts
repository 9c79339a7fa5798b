import { describe, expect, test, vi } from 'vitest';
import { PipelineError } from '../contract/codes.ts';
import type { FoundObject } from './object-store.ts';
import { reconcile } from './reconcile.ts';
import { failsHalfWay, KEY, letters, MANIFEST, manifestOf, there } from '../testing/letters.ts';

describe('an upload that is no usable image', () => {
  test('has a manifest that says why, and no outputs: older ones are removed', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const eTag = bucket.source.place(KEY, 'R');
    expect(await reconcile(KEY, bucket)).toMatchObject({ kind: 'rejected' });
    expect(there(bucket)).toEqual([MANIFEST]);
    expect(manifestOf(bucket)).toMatchObject({
      status: 'rejected',
      source: { key: KEY, eTag, bytes: 1 },
      outputs: [],
      error: { code: 'CORRUPT_IMAGE', message: 'no image', retryable: false },
    });
    expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
  });

  const found = (bytes: number, read: FoundObject['read'], discard = () => undefined) =>
    ({ kind: 'found', ...headOf(bytes), read, discard }) as const;

  const headOf = (bytes: number) => ({ eTag: 'e', versionId: null, bytes, metadata: {} });

  test('is not read where it has too many bytes', async () => {
    const bucket = letters({}, { limits: { bytes: 3 } });
    const discard = vi.fn();
    const read = () => Promise.reject(new Error('it was read'));
    vi.spyOn(bucket.source, 'get').mockResolvedValue(found(4, read, discard));
    vi.spyOn(bucket.source, 'head').mockResolvedValue(headOf(4));
    const error = { code: 'TOO_LARGE', message: 'bytes: 4, the limit is 3' };
    expect(await reconcile(KEY, bucket)).toMatchObject({ manifest: { error } });
    expect(discard).toHaveBeenCalledOnce();
  });

  test('is empty only where reading it says so too: that verifies its checksum', async () => {
    const bucket = letters();
    vi.spyOn(bucket.source, 'head').mockResolvedValue(headOf(0));
    const get = vi.spyOn(bucket.source, 'get');
    const wrong = new PipelineError('STORAGE_UNAVAILABLE', 'Checksum mismatch');
    get.mockResolvedValue(found(0, () => Promise.reject(wrong)));
    await expect(reconcile(KEY, bucket)).rejects.toBe(wrong);
    expect(there(bucket)).toEqual([]);
    get.mockResolvedValue(found(0, () => Promise.resolve(new Uint8Array())));
    const error = { code: 'CORRUPT_IMAGE', message: 'The object has zero bytes' };
    expect(await reconcile(KEY, bucket)).toMatchObject({ manifest: { error } });
  });

  test('costs four requests, and three each time that it is told of again: a flood of them costs little', async () => {
    const bucket = letters();
    bucket.source.place(KEY, 'R');
    await reconcile(KEY, bucket);
    expect(bucket.requests()).toEqual([
      `source: GET ${KEY}`,
      `source: HEAD ${KEY}`,
      `LIST ${KEY}/`,
      `PUT ${MANIFEST}`,
    ]);
    expect(await reconcile(KEY, bucket)).toEqual({ kind: 'acknowledged', code: 'UP_TO_DATE' });
    expect(bucket.requests()).toEqual([`source: HEAD ${KEY}`, `LIST ${KEY}/`, `GET ${MANIFEST}`]);
  });

  test('is not decoded where its header promises too many pixels', async () => {
    const render = () => {
      throw new Error('it was decoded');
    };
    const bucket = letters({}, { limits: { pixels: 11 }, engine: { render } });
    bucket.source.place(KEY, 'A');
    expect(await reconcile(KEY, bucket)).toMatchObject({
      manifest: { source: { width: 4, height: 3 }, error: { code: 'TOO_LARGE' } },
    });
  });

  test('is UNSUPPORTED_FORMAT where the recipe does not take it', async () => {
    const bucket = letters({ formats: ['png', 'webp'] });
    bucket.source.place(KEY, 'A');
    expect(await reconcile(KEY, bucket)).toMatchObject({
      manifest: {
        error: {
          code: 'UNSUPPORTED_FORMAT',
          message: 'The bytes are jpeg; recipe "letters" takes png, webp',
        },
      },
    });
  });

  test('leaves nothing where it is found out half-way', async () => {
    const bucket = letters({}, { engine: { render: failsHalfWay } });
    bucket.source.place(KEY, 'A');
    expect(await reconcile(KEY, bucket)).toMatchObject({
      manifest: { error: { code: 'TRANSFORM_FAILED', retryable: true } },
    });
    expect(bucket.requests()).toContain(`PUT ${KEY}/web.webp`);
    expect(there(bucket)).toEqual([MANIFEST]);
  });

  test('is tried again where an operator may have mended it', async () => {
    const bucket = letters({}, { engine: { render: failsHalfWay } });
    bucket.source.place(KEY, 'A');
    await reconcile(KEY, bucket);
    const { engine } = letters();
    expect(await reconcile(KEY, { ...bucket, engine })).toMatchObject({ kind: 'done' });
  });
});

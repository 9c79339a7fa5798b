import { describe, expect, test } from 'vitest';
import type { RenderRequest } from '@darkroom/transforms';
import { KEY, letters, type Letters, MANIFEST, manifestOf } from '../testing/letters.ts';
import { reconcile } from './reconcile.ts';

const web = `${KEY}/web.webp`;
const upToDate = { kind: 'acknowledged', code: 'UP_TO_DATE' };

function setUp(choices: ('focus' | 'crop' | 'alt')[] | undefined = ['focus', 'crop', 'alt']) {
  const bucket = letters({
    ...(choices && { choices }),
    variants: [
      {
        name: 'web',
        steps: [
          'rotate',
          { resize: { width: 2, height: 2, position: 'focus', focus: { x: 1, y: 1 } } },
          { encode: 'webp' },
        ],
      },
      { name: 'same', steps: [] },
    ],
  });
  const requests: RenderRequest[] = [];
  const inner = bucket.engine;
  const engine = {
    ...bucket.engine,
    render: (request: RenderRequest) => {
      requests.push(request);
      return inner.render(request);
    },
  };
  return { bucket: { ...bucket, engine }, requests };
}

/** In an unversioned bucket: the same bytes have the same ETag and size. */
function place({ source }: Letters, metadata: Record<string, string>) {
  const options = {
    ...({ precondition: 'absent', contentType: 'image/jpeg', cacheControl: '', metadata } as const),
  };
  source.place(KEY, 'A', options);
}

describe('an upload that is replaced by the same bytes with other metadata', () => {
  test('has its pictures made again for another focal point', async () => {
    const { bucket } = setUp();
    place(bucket, { 'darkroom-focus': '0.1,0.2' });
    await reconcile(KEY, bucket);
    expect(bucket.processed.textOf(web)).toBe('web of A at 0.1,0.2');
    expect(manifestOf(bucket)?.source.choices).toEqual({ focus: { x: 0.1, y: 0.2 } });
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    place(bucket, { 'darkroom-focus': '0.3,0.4' });
    await reconcile(KEY, bucket);
    expect(bucket.processed.textOf(web)).toBe('web of A at 0.3,0.4');
    place(bucket, {});
    await reconcile(KEY, bucket);
    expect(bucket.processed.textOf(web)).toBe('web of A at 1,1');
    expect(manifestOf(bucket)?.source.choices).toBeUndefined();
  });

  test('has only its manifest written for another text', async () => {
    const { bucket, requests } = setUp();
    place(bucket, { 'darkroom-alt': 'A cat', 'darkroom-focus': '0,0' });
    await reconcile(KEY, bucket);
    bucket.requests();
    place(bucket, { 'darkroom-alt': '=?UTF-8?Q?K=C3=A4tzchen?=', 'darkroom-focus': '0,0' });
    await reconcile(KEY, bucket);
    expect(manifestOf(bucket)?.source.choices?.alt).toBe('Kätzchen');
    const puts = bucket.requests().filter((request) => request.includes('PUT'));
    expect(puts).toEqual([`PUT ${MANIFEST}`]);
    expect(requests).toHaveLength(1);
  });

  test('is the same upload if the recipe does not allow the choices', async () => {
    const { bucket } = setUp(['alt']);
    place(bucket, { 'darkroom-focus': '0,0' });
    await reconcile(KEY, bucket);
    place(bucket, { 'darkroom-focus': '1,0' });
    expect(await reconcile(KEY, bucket)).toEqual(upToDate);
    expect(manifestOf(bucket)?.source.choices).toBeUndefined();
  });
});

test('outputs that an attempt left for another focal point are made again', async () => {
  const { bucket, requests } = setUp();
  place(bucket, { 'darkroom-focus': '0.1,0.2' });
  await reconcile(KEY, bucket);
  const left = bucket.processed.objects.get(web);
  bucket.processed.objects.delete(MANIFEST);
  await reconcile(KEY, bucket, { retry: true });
  expect(requests.at(-1)?.done).toEqual(new Set(['web', 'same']));
  place(bucket, { 'darkroom-focus': '0.3,0.4' });
  bucket.processed.objects.delete(MANIFEST);
  await reconcile(KEY, bucket, { retry: true });
  expect(bucket.processed.textOf(web)).toBe('web of A at 0.3,0.4');
  expect(left?.options?.metadata['source-choices']).toBe('{"focus":{"x":0.1,"y":0.2}}');
});

test('a crop comes before the steps of each variant and the placeholder, and moves the focal point', async () => {
  const { bucket, requests } = setUp();
  place(bucket, { 'darkroom-focus': '0.75,0.5', 'darkroom-crop': '0.5,0.25,0.5,0.75' });
  await reconcile(KEY, bucket);
  const [request] = requests;
  const region = { left: '50%', top: '25%', width: '50%', height: '75%', otherwise: 'clamp' };
  for (const { steps } of request?.variants ?? [])
    expect(steps.slice(0, 2)).toMatchObject([
      { transform: 'rotate', options: { angle: 'auto' } },
      { transform: 'crop', options: region },
    ]);
  expect(request?.placeholderSteps).toEqual(request?.variants[0]?.steps.slice(0, 2));
  expect(request?.variants[0]?.steps[3]?.options['focus']).toEqual({ x: 0.5, y: 1 / 3 });
});

test('an unreadable upload with choices is rejected once', async () => {
  const { bucket } = setUp();
  const metadata = { 'darkroom-alt': 'A cat' };
  const options = {
    ...({ precondition: 'absent', contentType: 'image/jpeg', cacheControl: '', metadata } as const),
  };
  bucket.source.place(KEY, 'A', options, { unreadable: 'it is archived' });
  expect(await reconcile(KEY, bucket)).toMatchObject({
    manifest: { error: { code: 'SOURCE_UNREADABLE' }, source: { choices: { alt: 'A cat' } } },
  });
});

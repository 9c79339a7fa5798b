import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { PipelineError } from '../contract/codes.ts';
import { outputKeys } from '../contract/keys.ts';
import { formatManifest, parseManifest } from '../contract/manifest.ts';
import { recipeSchema } from '../recipe/recipe.ts';
import { doneManifest } from '../testing/manifests.ts';
import { MemoryStore } from '../testing/memory-store.ts';
import { OutputFolder, waitForAll } from './output-folder.ts';

const conflict = new PipelineError('CONFLICT', 'changed');
const timeout = new PipelineError('TIMEOUT', 'not in time');

test('gives what all of them gave, in their order', async () => {
  expect(await waitForAll([Promise.resolve('a'), Promise.resolve('b')])).toEqual(['a', 'b']);
  expect(await waitForAll([])).toEqual([]);
});

test('waits for all of them, also where one fails at once', async () => {
  let isDone = false;
  const slow = setImmediate().then(() => (isDone = true));
  await expect(waitForAll([Promise.reject(conflict), slow])).rejects.toBe(conflict);
  expect(isDone).toBe(true);
});

test('a failure that is no conflict wins: such a write may have happened', async () => {
  await expect(waitForAll([Promise.reject(conflict), Promise.reject(timeout)])).rejects.toBe(
    timeout,
  );
});

test('what fails with no code of ours is INTERNAL', async () => {
  const cause = new TypeError('a defect');
  const failing = waitForAll([Promise.reject(conflict), Promise.reject(cause)]);
  await expect(failing).rejects.toMatchObject({ code: 'INTERNAL', cause });
});

const KEY = 'uploads/cat.jpg';
const MANIFEST = `${KEY}/manifest.json`;
const THUMB = `${KEY}/thumb.webp`;
const recipe = recipeSchema.parse({ name: 'photos', variants: [{ name: 'thumb', steps: [] }] });
const options = { contentType: 'image/webp', cacheControl: 'no-store', metadata: {} };
const webp = new TextEncoder().encode('webp');

let store: MemoryStore;
const list = () => OutputFolder.list(store, outputKeys(KEY, recipe));
beforeEach(() => {
  store = new MemoryStore('processed');
});

describe('listing', () => {
  test('is one request, and sees only what is directly below the key', async () => {
    store.place(THUMB, 'mine');
    store.place(`${KEY}/b.jpg/thumb.webp`, 'of the upload uploads/cat.jpg/b.jpg');
    store.place('uploads/cat.jpg2/thumb.webp', 'of another upload');
    const folder = await list();
    expect([...folder.objects.keys()]).toEqual([THUMB]);
    expect(store.requests).toEqual([`LIST ${KEY}/`]);
  });
});

describe('the manifest', () => {
  test('costs no request where none is listed', async () => {
    const folder = await list();
    store.requests.length = 0;
    expect(await folder.readManifest()).toBeUndefined();
    expect(store.requests).toEqual([]);
  });

  test('is read as it was listed, or not at all', async () => {
    store.place(MANIFEST, formatManifest(doneManifest));
    const folder = await list();
    expect(await folder.readManifest()).toEqual(doneManifest);
    store.place(MANIFEST, 'of a neighbour');
    await expect(folder.readManifest()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('is none where its bytes are not ours', async () => {
    store.place(MANIFEST, 'not JSON');
    expect(await (await list()).readManifest()).toBeUndefined();
  });
});

describe('a write', () => {
  test('is for a place that was empty, or holds what was listed or written', async () => {
    const folder = await list();
    await folder.put(THUMB, webp, options);
    await folder.put(THUMB, webp, options);
    expect(store.objects.get(THUMB)?.options).toEqual({
      ...options,
      precondition: { ifMatch: store.objects.get(THUMB)?.eTag },
    });
  });

  test.each([
    ['where somebody wrote in between', () => void store.place(THUMB, 'of a neighbour')],
    ['where somebody removed it in between', () => void store.objects.delete(THUMB)],
  ])('is a conflict %s', async (_where, interfere) => {
    store.place(THUMB, 'old');
    const folder = await list();
    interfere();
    const before = store.textOf(THUMB);
    await expect(folder.put(THUMB, webp, options)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(store.textOf(THUMB)).toBe(before);
  });
});

test('the commit writes the manifest first, and then removes what it does not name', async () => {
  store.place(THUMB, 'webp');
  store.place(`${KEY}/old.webp`, 'old');
  const folder = await list();
  store.requests.length = 0;
  await folder.commit(doneManifest, { recipe: 'photos' });
  expect(store.requests).toEqual([`PUT ${MANIFEST}`, `DELETE ${KEY}/old.webp`]);
  const stored = store.objects.get(MANIFEST);
  expect(parseManifest(stored?.body ?? new Uint8Array())).toEqual(doneManifest);
  expect(stored?.options).toEqual({
    precondition: 'absent',
    contentType: 'application/json',
    cacheControl: 'no-cache',
    metadata: { recipe: 'photos' },
  });
  expect([...store.objects.keys()].sort()).toEqual([MANIFEST, THUMB]);
});

test('removing everything begins with the manifest, so that it never names what is gone', async () => {
  for (const key of [THUMB, MANIFEST, `${KEY}/other.webp`]) store.place(key, 'x');
  const folder = await list();
  store.interfere = (request) => {
    if (request === `DELETE ${THUMB}`) expect(store.objects.has(MANIFEST)).toBe(false);
  };
  store.requests.length = 0;
  await folder.removeAll();
  expect(store.requests[0]).toBe(`DELETE ${MANIFEST}`);
  expect(store.requests).toHaveLength(3);
  expect(store.objects.size).toBe(0);
});

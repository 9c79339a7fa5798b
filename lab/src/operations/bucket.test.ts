/** Plan and apply over listings of the embedded S3, with keys that are hard to list. */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { parseMessage } from '@darkroom/events';
import { apply, compare, type ApplyOptions, type WalkPosition } from '@darkroom/operations';
import {
  formatManifest,
  outputKeys,
  outputMetadata,
  parseSettings,
  recipeHash,
  selectRecipe,
  type ManifestOutput,
  type Settings,
} from '@darkroom/pipeline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunningAws } from '@darkroom/embedded-aws/testing';

function settingsWith(quality: number): Settings {
  const variants = [{ name: 'thumb', steps: [{ encode: { format: 'webp', quality } }] }];
  return parseSettings({ recipes: [{ name: 'photos', variants }] }, 'test');
}

/** Keys that are prefixes of others, sort around `/`, have surrogate pairs or controls, or have the maximum length. */
const KEYS = [
  'a',
  'a-',
  'a-/b',
  'a.jpg',
  'a.jpg.jpg',
  'a.jpg/b.jpg',
  'a.jpg/b.jpg/c.jpg',
  'a.jpg0',
  'a b+c%20&.jpg',
  'été/日本語.jpg',
  '\uE000.jpg',
  '😀.jpg',
  '😀/😀.jpg',
  'tab\tnewline\n.jpg',
  'l'.repeat(1024),
  `${'deep/'.repeat(204)}x`,
  '_long/x.jpg',
];

let aws: RunningAws;
let sourceBucket: string;
let processedBucket: string;
let queueUrl: string;
let settings: Settings;

beforeEach(async () => {
  aws = await RunningAws.start('SQLite');
  sourceBucket = await aws.bucket();
  processedBucket = await aws.bucket();
  ({ url: queueUrl } = await aws.queue());
  settings = settingsWith(80);
});
afterEach(() => aws.stop());

async function upload(key: string, body = 'a picture'): Promise<string> {
  const { ETag = '' } = await aws.s3.send(
    new PutObjectCommand({ Bucket: sourceBucket, Key: key, Body: body }),
  );
  return ETag.replaceAll('"', '');
}

async function put(Key: string, Body: Uint8Array, Metadata = {}): Promise<string> {
  const { ETag = '' } = await aws.s3.send(
    new PutObjectCommand({ Bucket: processedBucket, Key, Body, Metadata }),
  );
  return ETag.replaceAll('"', '');
}

/** Puts the outputs and the manifest that the function would put. */
async function process(key: string, eTag: string): Promise<void> {
  const recipe = selectRecipe(settings.recipes, key);
  if (!recipe) throw new Error(`No recipe for ${key}`);
  const keys = outputKeys(key, recipe);
  const hash = recipeHash(recipe, settings.limits);
  const metadata = outputMetadata(key, recipe.name, hash);
  const output = keys.output('thumb', 'webp');
  const described: ManifestOutput = {
    variant: 'thumb',
    key: output,
    format: 'webp',
    contentType: 'image/webp',
    width: 1,
    height: 1,
    bytes: 1,
    eTag: await put(output, Buffer.from('thumb'), metadata),
    sha256: '',
  };
  const manifest = formatManifest({
    version: 1,
    status: 'done',
    recipe: recipe.name,
    recipeHash: hash,
    source: { bucket: sourceBucket, key, versionId: null, eTag, bytes: 9 },
    outputs: [described],
  });
  await put(keys.manifest, manifest, metadata);
}

const buckets = () => ({ s3: aws.s3, sourceBucket, processedBucket, settings });

/** Number of keys of each kind, without kinds that have none. */
async function planned(): Promise<Record<string, number>> {
  const { kinds } = await compare(buckets());
  const there = Object.entries(kinds).filter(([, { keys }]) => keys > 0);
  return Object.fromEntries(there.map(([kind, { keys }]) => [kind, keys]));
}

const sendRepairs = (options: Partial<ApplyOptions> = {}) =>
  apply({ ...buckets(), sqs: aws.sqs, queueUrl, ratePerSecond: Infinity, ...options });

async function sentKeys(): Promise<string[]> {
  const bodies = await aws.drain(queueUrl);
  return bodies.flatMap((body) => {
    const message = parseMessage(JSON.stringify(body));
    return message.kind === 'changes' ? message.changes.map(({ key }) => key) : [];
  });
}

test('backfill, roll-out and repair of keys that are hard to list', async () => {
  const eTags = new Map<string, string>();
  for (const key of KEYS) eTags.set(key, await upload(key));
  await upload('a folder marker/');
  expect(await planned()).toEqual({ missing: KEYS.length, 'no-recipe': 1 });

  await sendRepairs();
  expect((await sentKeys()).sort()).toEqual([...KEYS].sort());
  for (const [key, eTag] of eTags) await process(key, eTag);
  expect(await planned()).toEqual({ 'up-to-date': KEYS.length, 'no-recipe': 1 });
  await sendRepairs();
  expect(await sentKeys()).toEqual([]);

  settings = settingsWith(70);
  expect(await planned()).toEqual({ 'recipe-changed': KEYS.length, 'no-recipe': 1 });
  settings = settingsWith(80);

  for (const key of KEYS) await upload(key, 'another picture');
  expect(await planned()).toEqual({ 'source-changed': KEYS.length, 'no-recipe': 1 });

  for (const Key of KEYS) await aws.s3.send(new DeleteObjectCommand({ Bucket: sourceBucket, Key }));
  await put('somebody/else.png', Buffer.from('x'));
  expect(await planned()).toEqual({ orphaned: KEYS.length, leftover: 1, 'no-recipe': 1 });
  await sendRepairs();
  expect((await sentKeys()).sort()).toEqual([...KEYS].sort());
});

test('several pages, aborted, and gone on with after a restart of everything', async () => {
  const keys = Array.from({ length: 1100 }, (_, index) => `${String(index).padStart(5, '0')}.jpg`);
  for (let first = 0; first < keys.length; first += 50)
    await Promise.all(keys.slice(first, first + 50).map((key) => upload(key)));
  const controller = new AbortController();
  let saved = '';
  const aborted = await sendRepairs({
    signal: controller.signal,
    onProgress: ({ sent, position }) => {
      saved = JSON.stringify(position);
      if (sent.missing >= 634) controller.abort();
    },
  });
  expect(aborted).toMatchObject({ stoppedBy: 'signal', sent: { missing: 640 } });
  expect(saved.length).toBeLessThan(1000);

  await aws.restart();
  queueUrl = queueUrl.replace(/^http:\/\/[^/]+/, aws.endpoint);
  const rest = await sendRepairs({ position: JSON.parse(saved) as WalkPosition });
  expect(rest).toMatchObject({ stoppedBy: 'end', sent: { missing: 460 } });
  expect((await sentKeys()).sort()).toEqual(keys);
});

test('a dry run sends nothing', async () => {
  await upload('a.jpg');
  expect(await sendRepairs({ dryRun: true })).toMatchObject({ sent: { missing: 1 } });
  expect(await sentKeys()).toEqual([]);
});

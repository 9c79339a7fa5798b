/** Focal point, crop and text of an upload, in its metadata, through the whole pipeline. */
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, PATIENCE } from '../testing/client.ts';
import { findInconsistencies } from '../testing/consistency.ts';
import { startPipeline, type RunningStack } from '../testing/running-stack.ts';

const KEY = 'uploads/cat.png';
const PIPELINE = {
  recipes: [
    {
      name: 'photos',
      match: { prefix: 'uploads/' },
      choices: ['focus', 'crop', 'alt'],
      variants: [
        {
          name: 'thumb',
          steps: [
            'rotate',
            { resize: { width: 20, height: 40, position: 'focus' } },
            { encode: 'png' },
          ],
        },
        { name: 'whole', steps: [{ encode: 'png' }] },
      ],
    },
  ],
  storage: { protect: false },
  delivery: { outcomes: true },
};

let running: RunningStack;
let client: Client;

beforeAll(async () => {
  running = await startPipeline(PIPELINE);
  client = running.client;
});

afterAll(() => running.stop());

/** The left half is red, the right half blue. */
async function halves(): Promise<Buffer> {
  const half = { width: 50, height: 100, channels: 3 } as const;
  return sharp({ create: { ...half, width: 100, background: 'red' } })
    .composite([{ input: { create: { ...half, background: 'blue' } }, left: 50, top: 0 }])
    .png()
    .toBuffer();
}

const choicesOf = async () => (await client.manifestOf(KEY))?.source.choices;

async function colourOf(variant: string): Promise<'red' | 'blue' | 'both'> {
  const found = await client.read(`${KEY}/${variant}.png`);
  const { channels } = await sharp(found?.body).stats();
  const [red = 0, , blue = 0] = channels.map(({ mean }) => mean);
  return red > 250 ? 'red' : blue > 250 ? 'blue' : 'both';
}

test('an upload is cut as its metadata says, and again when only its metadata changes', async () => {
  const { sourceBucket: Bucket } = client.stack;
  const Metadata = { 'darkroom-focus': '0,0.5', 'darkroom-alt': '=?UTF-8?Q?K=C3=A4tzchen?=' };
  await client.s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body: await halves(), Metadata }));
  await expect.poll(choicesOf, PATIENCE).toEqual({ focus: { x: 0, y: 0.5 }, alt: 'Kätzchen' });
  expect([await colourOf('thumb'), await colourOf('whole')]).toEqual(['red', 'both']);

  const replace = (changed: Record<string, string>) =>
    client.s3.send(
      new CopyObjectCommand({
        ...{ Bucket, Key: KEY, CopySource: `${Bucket}/${KEY}` },
        ...{ MetadataDirective: 'REPLACE', Metadata: changed },
      }),
    );
  await replace({ 'darkroom-focus': '1,0.5' });
  await expect.poll(choicesOf, PATIENCE).toEqual({ focus: { x: 1, y: 0.5 } });
  expect(await colourOf('thumb')).toBe('blue');

  await replace({ 'darkroom-crop': '0,0,0.5,1', 'darkroom-focus': 'left' });
  await expect.poll(choicesOf, PATIENCE).toMatchObject({
    crop: { left: 0, top: 0, width: 0.5, height: 1 },
    ignored: { focus: expect.stringContaining('expected X,Y') as string },
  });
  expect(await colourOf('whole')).toBe('red');
  const outcome = await client.read(`${KEY}/outcome.json`);
  expect(JSON.parse(outcome?.body.toString() ?? '{}')).toMatchObject({ width: 50, height: 100 });
  await client.untilIdle();
  expect(await findInconsistencies(client)).toEqual([]);
});

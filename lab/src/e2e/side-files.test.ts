/** A logo in the package and one in the source bucket on real outputs. A changed logo makes outputs out of date. */
import { PATIENCE } from '../testing/client.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { directoryOfTest, startStack } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline, type Workspace } from '../testing/workspace.ts';

const key = 'uploads/grey.png';

const plain = (background: string, width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

/** In opposite corners. */
const marked: SettingsInput = smallPipeline(1, {
  recipes: [
    {
      name: 'marked',
      match: { prefix: 'uploads/' },
      variants: [
        {
          name: 'web',
          steps: [
            { watermark: { image: 'brand/logo.png', gravity: 'northwest', margin: '0%' } },
            { watermark: { image: 's3:brand/seal.png', gravity: 'southeast', margin: '0%' } },
            { encode: 'png' },
          ],
        },
      ],
    },
  ],
});

async function writeLogo({ directory }: Workspace, background: string): Promise<void> {
  await mkdir(path.join(directory, 'assets/brand'), { recursive: true });
  await writeFile(path.join(directory, 'assets/brand/logo.png'), await plain(background, 8, 8));
}

/** Colours of the top left, middle and bottom right pixel. */
async function coloursOf(picture: Uint8Array | undefined): Promise<number[][]> {
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return [0, (height / 2) * width + width / 2, width * height - 1].map((pixel) => [
    ...data.subarray(pixel * 3, pixel * 3 + 3),
  ]);
}

const [red, green, blue, grey] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [128, 128, 128],
];

test('side files are read from the package and the bucket; a start with another logo makes outputs again', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  const dataDir = await directoryOfTest();
  const start = async () => {
    const running = await startStack({ workspace: workspace.directory, stack: 'e2e', dataDir });
    onTestFinished(() => running.stop());
    return running;
  };

  await workspace.writeStack('e2e', marked);
  await expect(start()).rejects.toThrow(
    /recipe marked, variant .*: the side file .*assets\/brand\/logo\.png is not there/,
  );

  await writeLogo(workspace, '#ff0000');
  const { client, stop } = await start();
  const upload = await plain('#808080', 64, 48);
  // The seal is missing. An operator fixes that with an upload.
  expect(await client.uploadAndWait(key, upload)).toMatchObject({
    status: 'rejected',
    error: { code: 'TRANSFORM_FAILED', message: expect.stringContaining('brand/seal.png') },
  });
  await client.upload('brand/seal.png', await plain('#0000ff', 8, 8));
  await client.upload(key, upload);
  await vi.waitFor(async () => {
    expect(await client.manifestOf(key)).toMatchObject({ status: 'done' });
  }, PATIENCE);
  const web = await client.read(`${key}/web.png`);
  expect(await coloursOf(web?.body)).toEqual([red, grey, blue]);
  await client.untilIdle();
  await stop();

  await writeLogo(workspace, '#00ff00');
  const again = await start();
  await vi.waitFor(async () => {
    const made = await again.client.read(`${key}/web.png`);
    expect(await coloursOf(made?.body)).toEqual([green, grey, blue]);
  }, PATIENCE);
});

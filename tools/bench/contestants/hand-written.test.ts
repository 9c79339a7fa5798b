import sharp from 'sharp';
import { expect, test } from 'vitest';
import { paintScene } from '@darkroom/transforms/testing';
import { type Job, SETTINGS } from '../jobs.ts';
import { engine } from './engine.ts';
import { decodeOnce, pipelinePerOutput } from './hand-written.ts';

const [width, height] = [600, 400];
const { data } = paintScene(width, height, 7);
const picture = sharp(data, { raw: { width, height, channels: 3 } });

function jobOf(formats: readonly ('jpeg' | 'webp' | 'avif' | 'png')[]): Job {
  return {
    ...{ id: 'same', title: 'Same size', group: 'jobs', source: 'photo', placeholder: false },
    outputs: formats.map((format) => ({ name: format, format, width })),
    ...{ contestants: ['engine', 'sharp'], passes: 1 },
  };
}

const job = jobOf(['jpeg', 'webp', 'avif', 'png']);

test.each(['fast', 'balanced', 'small'] as const)(
  'the contestants encode with the settings of effort: %s',
  async (effort) => {
    const source = await picture.clone().png().toBuffer();
    const own = await engine(job, effort)(source);
    const bare = await pipelinePerOutput(job, SETTINGS[effort])(source);
    const byName = new Map(bare.map(({ name, bytes }) => [name, Buffer.from(bytes)]));
    expect(own).toHaveLength(4);
    for (const { name, bytes } of own)
      expect(Buffer.from(bytes).equals(byName.get(name) ?? Buffer.alloc(0)), name).toBe(true);
  },
);

test('the floor makes files of the same sizes', async () => {
  const source = await picture.clone().jpeg().toBuffer();
  const [made] = await decodeOnce(jobOf(['webp']))(source);
  expect(await sharp(made?.bytes).metadata()).toMatchObject({ format: 'webp', width, height });
});

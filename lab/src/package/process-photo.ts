import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { formatMessage } from '@darkroom/events';
import {
  formatEnvironment,
  manifestSchema,
  parseSettings,
  transportRecipes,
  type SettingsInput,
} from '@darkroom/pipeline';
import sharp from 'sharp';
import { expect } from 'vitest';
import { RunningAws } from '@darkroom/embedded-aws/testing';
import { paintLandscape } from '@darkroom/local/painting';
import { toSqsRecord } from '@darkroom/local-lambda/testing';
import { builtPackage, type Architecture } from './built-package.ts';
import type { NodeCommand } from './emulated-node.ts';
import { UnpackedFunction } from './unpacked-function.ts';

const KEY = 'uploads/photo.jpg';

type Variant = SettingsInput['recipes'][number]['variants'][number];

/** Every encoder that libvips is shipped with for photos, and the transforms that read pixels. */
const recipes: SettingsInput['recipes'] = [
  {
    name: 'photos',
    variants: [
      {
        name: 'thumb',
        steps: [
          { rotate: 'auto' },
          { resize: { width: 120, height: 120, fit: 'cover', position: 'attention' } },
          { encode: 'webp' },
        ],
      },
      ...(['jpeg', 'png', 'avif'] as const).map((format): Variant => ({
        name: format,
        steps: [{ rotate: 'auto' }, { resize: { width: 160 } }, { encode: format }],
      })),
    ],
  },
];

/** A rotated photo: stored in landscape, displayed in portrait. */
function photo(): Promise<Buffer> {
  return paintLandscape(1).withMetadata({ orientation: 6 }).jpeg().toBuffer();
}

/** Uploads a photo, invokes the package, and checks each output. */
export async function processPhoto(architecture: Architecture, node: NodeCommand): Promise<void> {
  const aws = await RunningAws.start();
  const { s3 } = aws;
  const [sourceBucket, processedBucket] = [await aws.bucket(), await aws.bucket()];
  const { url: deadLetterQueueUrl } = await aws.queue();
  const environment = formatEnvironment(
    parseSettings({ recipes }, 'the test'),
    transportRecipes(recipes),
    { sourceBucket, processedBucket, queueUrl: deadLetterQueueUrl, deadLetterQueueUrl },
  );
  const options = { code: builtPackage(architecture), node, endpoint: aws.endpoint, environment };
  const unpacked = await UnpackedFunction.start(options);
  const read = async (key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: processedBucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  try {
    await s3.send(new PutObjectCommand({ Bucket: sourceBucket, Key: KEY, Body: await photo() }));
    const message = {
      MessageId: 'the-message',
      Body: formatMessage({ bucket: sourceBucket, key: KEY }),
      Attributes: { ApproximateReceiveCount: '1' },
    };
    const record = toSqsRecord(message, 'arn:aws:sqs:us-east-1:000000000000:uploads');
    const outcome = await unpacked.invoke({ Records: [record] });
    expect(outcome, unpacked.printed).toEqual({ payload: '{"batchItemFailures":[]}' });

    const manifest = manifestSchema.parse(
      JSON.parse((await read(`${KEY}/manifest.json`)).toString()),
    );
    expect(manifest, unpacked.printed).toMatchObject({
      status: 'done',
      source: { format: 'jpeg' },
    });
    const made = await Promise.all(
      manifest.outputs.map(async ({ variant, key }) => {
        const { format, compression, width, height } = await sharp(await read(key)).metadata();
        // sharp reports the container of an AVIF.
        return [variant, { format: compression === 'av1' ? 'avif' : format, width, height }];
      }),
    );
    const high = { width: 160, height: 240 };
    expect(Object.fromEntries(made)).toEqual({
      thumb: { format: 'webp', width: 120, height: 120 },
      jpeg: { format: 'jpeg', ...high },
      png: { format: 'png', ...high },
      avif: { format: 'avif', ...high },
    });
  } finally {
    await unpacked.stop();
    await aws.stop();
  }
}

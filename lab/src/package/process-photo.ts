import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
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
import { attribute, dicomFile, fragments, SYNTAX } from '@darkroom/decoder-dicom/testing';
import { toSqsRecord } from '@darkroom/local-lambda/testing';
import { builtPackage, type Architecture, workspace } from './built-package.ts';
import type { NodeCommand } from './emulated-node.ts';
import { UnpackedFunction } from './unpacked-function.ts';

type Variant = SettingsInput['recipes'][number]['variants'][number];

/** Every encoder that libvips is shipped with for photos, and the transforms that read pixels. */
const recipes: SettingsInput['recipes'] = [
  {
    name: 'photos',
    formats: ['jpeg', 'heic', 'pdf', 'dicom'],
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

const ROTATED_PAGE = `%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 216 144] /Rotate 90 /Contents 4 0 R>> endobj
4 0 obj <</Length 30>> stream
1 0 0 rg 20 20 100 60 re f
endstream endobj
trailer <</Root 1 0 R>>
%%EOF`;

/** Rotated photos: stored in landscape, displayed in portrait, two by three. */
const PHOTOS = {
  jpeg: () => paintLandscape(1).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  heic: () => readFile(path.join(workspace, 'libs/decoder-heic/fixtures/rotated.heic')),
  pdf: () => Promise.resolve(Buffer.from(ROTATED_PAGE)),
  dicom: radiograph,
};

const PATIENT = 'Lovelace^Ada';

/** A photo in portrait, compressed as JPEG, with a patient in its attributes. */
async function radiograph(): Promise<Buffer> {
  const size = { width: 64, height: 96 };
  const photo = await paintLandscape(1).rotate(90).resize(size).jpeg().toBuffer();
  const short = (tag: number, value: number) => attribute(tag, 'US', value);
  return dicomFile(
    {
      0x0010_0010: attribute(0x0010_0010, 'PN', PATIENT),
      0x0010_4000: attribute(0x0010_4000, 'LT', PATIENT),
      0x0028_0002: short(0x0028_0002, 3),
      0x0028_0004: attribute(0x0028_0004, 'CS', 'YBR_FULL_422'),
      0x0028_0010: short(0x0028_0010, size.height),
      0x0028_0011: short(0x0028_0011, size.width),
      0x7fe0_0010: fragments(photo),
    },
    { syntax: SYNTAX.jpeg, preamble: Buffer.alloc(128, PATIENT) },
  );
}

/** Uploads a photo, invokes the package with the decoder, and checks each output. */
export async function processPhoto(
  architecture: Architecture,
  node: NodeCommand,
  format: keyof typeof PHOTOS = 'jpeg',
): Promise<void> {
  const uploadKey = `uploads/photo.${format}`;
  const aws = await RunningAws.start();
  const { s3 } = aws;
  const [sourceBucket, processedBucket] = [await aws.bucket(), await aws.bucket()];
  const { url: deadLetterQueueUrl } = await aws.queue();
  const environment = formatEnvironment(
    parseSettings({ recipes }, 'the test'),
    transportRecipes(recipes),
    { sourceBucket, processedBucket, queueUrl: deadLetterQueueUrl, deadLetterQueueUrl },
  );
  const code = builtPackage(architecture);
  const options = {
    ...{ code, node, endpoint: aws.endpoint, environment },
    added: ['heic', 'pdf', 'dicom'].map((name) => path.join(`${code}-decoders`, name)),
  };
  const unpacked = await UnpackedFunction.start(options);
  const read = async (key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: processedBucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };
  try {
    await s3.send(
      new PutObjectCommand({ Bucket: sourceBucket, Key: uploadKey, Body: await PHOTOS[format]() }),
    );
    const message = {
      MessageId: 'the-message',
      Body: formatMessage({ bucket: sourceBucket, key: uploadKey }),
      Attributes: { ApproximateReceiveCount: '1' },
    };
    const record = toSqsRecord(message, 'arn:aws:sqs:us-east-1:000000000000:uploads');
    const outcome = await unpacked.invoke({ Records: [record] });
    expect(outcome, unpacked.printed).toEqual({ payload: '{"batchItemFailures":[]}' });

    const manifest = manifestSchema.parse(
      JSON.parse((await read(`${uploadKey}/manifest.json`)).toString()),
    );
    expect(manifest, unpacked.printed).toMatchObject({
      status: 'done',
      source: { format },
    });
    const made = await Promise.all(
      manifest.outputs.map(async ({ variant, key }) => {
        const { compression, width, height, ...file } = await sharp(await read(key)).metadata();
        // sharp reports the container of an AVIF.
        return [variant, { format: compression === 'av1' ? 'avif' : file.format, width, height }];
      }),
    );
    const files = await Promise.all(manifest.outputs.map(({ key }) => read(key)));
    const written = Buffer.concat([...files, Buffer.from(JSON.stringify(manifest))]);
    expect(written.includes('Lovelace') || unpacked.printed.includes('Lovelace')).toBe(false);
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

/** Decodes a HEIC photo with the decoder's file of the package, in a process of its own. @returns its size, pixels */
export async function decodeHeic(
  architecture: Architecture,
  { command, args }: NodeCommand,
): Promise<unknown> {
  const code = builtPackage(architecture);
  const decoder = path.join(`${code}-decoders`, 'heic/chunks');
  const file = (await readdir(decoder)).find((name) => name.endsWith('.mjs')) ?? '';
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-decoder-'));
  // As a deployment: the decoder's file imports files that other parts of the package import too.
  for (const chunks of [path.join(code, 'chunks'), decoder]) {
    await cp(chunks, folder, { recursive: true });
  }
  const program = `
    const { readPixels } = await import(${JSON.stringify(path.join(folder, file))});
    const { readFileSync } = await import('node:fs');
    const { width, height, data } = readPixels(readFileSync(process.argv[1]));
    console.log(JSON.stringify({ width, height, bytes: data.length }));`;
  const photo = path.join(workspace, 'libs/decoder-heic/fixtures/rotated.heic');
  const given = [...args, '--input-type=module', '--eval', program, photo];
  try {
    const { stdout } = await promisify(execFile)(command, given);
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { StackChange } from '@darkroom/console-api';
import sharp from 'sharp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CREDENTIALS } from './env-file.ts';
import { startLocalStack } from './local-stack.ts';

const CHECKOUT = path.resolve(import.meta.dirname, '../../..');
/** Ends only a test that hangs, milliseconds. */
const PATIENCE_MS = 240_000;

const stackFile = (width: number) => `# Edited while the stack runs
config:
  darkroom:pipeline:
    recipes:
      - name: photos
        match: { prefix: uploads/ }
        variants:
          - name: small
            steps: [{ resize: { width: ${width} } }, { encode: webp }]
    function: { memory: 1769 }
    storage: { protect: false }
`;

/** A folder as `darkroom dev` runs in, with the parts of this checkout. */
async function startInFolder() {
  const workspace = await mkdtemp(path.join(tmpdir(), 'stack-file-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  const file = path.join(workspace, 'Pulumi.local.yaml');
  await writeFile(file, stackFile(40));
  const changes: StackChange[] = [];
  const stack = await startLocalStack(
    {
      workspace,
      packed: {
        program: path.join(CHECKOUT, 'apps/infra/src/program.ts'),
        sdk: path.join(CHECKOUT, 'apps/infra/src/pulumi-sdk.ts'),
        consoleDir: path.join(CHECKOUT, 'apps/console/dist'),
        stackFiles: workspace,
        functionPackage: () => Promise.resolve(path.join(CHECKOUT, 'apps/resizer/dist/host')),
      },
      ...{ port: 0, awsPort: 0, dataDir: path.join(workspace, '.darkroom'), stack: 'local' },
    },
    { onChange: (change) => changes.push(change) },
  );
  onTestFinished(() => stack.stop(10_000));
  return { stack, file, changes };
}

test(
  'applies a saved stack file, and keeps the recipes when the file is wrong',
  { timeout: PATIENCE_MS },
  async () => {
    const { stack, file, changes } = await startInFolder();
    const { endpoint, region, sourceBucket: Bucket, processedBucket } = stack.info;
    const s3 = new S3Client({ endpoint, region, credentials: CREDENTIALS, forcePathStyle: true });
    onTestFinished(() => s3.destroy());
    const widthOf = (key: string, width: number) =>
      vi.waitFor(
        async () => {
          const { Body } = await s3.send(
            new GetObjectCommand({ Bucket: processedBucket, Key: `${key}/manifest.json` }),
          );
          const manifest: unknown = JSON.parse((await Body?.transformToString()) ?? '');
          expect(manifest).toMatchObject({ outputs: [{ variant: 'small', width }] });
        },
        { timeout: PATIENCE_MS / 2, interval: 100 },
      );
    const photo = await sharp({
      create: { width: 90, height: 60, channels: 3, background: '#7a5c40' },
    })
      .jpeg()
      .toBuffer();
    const upload = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: photo }));
    const changed = (status: StackChange['status']) =>
      vi.waitFor(
        () => {
          const change = changes.at(-1);
          expect(change?.status).toBe(status);
          return change?.message;
        },
        { timeout: PATIENCE_MS / 2, interval: 20 },
      );
    await upload('uploads/a.jpg');
    await widthOf('uploads/a.jpg', 40);

    // As many editors save: another file replaces the old one.
    await writeFile(`${file}.new`, stackFile(50));
    await rename(`${file}.new`, file);
    expect(await changed('applied')).toMatch(
      /^recipe photos changes: \d resources? changed, 1 upload to process again$/,
    );
    expect(changes.map(({ status }) => status)).toEqual(['applying', 'applied']);
    await widthOf('uploads/a.jpg', 50);

    await writeFile(file, stackFile(50).replace('resize', 'rezise'));
    const message = await changed('failed');
    expect(message).toContain('rezise');
    expect(message).toContain('The earlier recipes stay in use.');
    await upload('uploads/b.jpg');
    await widthOf('uploads/b.jpg', 50);

    await writeFile(file, stackFile(50));
    expect(await changed('applied')).toContain('the earlier settings: 0 resources changed');
    const status = (await (await fetch(`${stack.url}/api/stack`)).json()) as object;
    expect(status).toMatchObject({ recipes: [{ name: 'photos' }] });
    expect(await readFile(file, 'utf8')).toBe(stackFile(50));
  },
);

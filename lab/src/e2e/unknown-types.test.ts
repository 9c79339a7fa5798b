/** A program with resources that the local engine does not emulate, next to the pipeline. */
import { mkdir, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { startStack } from '../testing/running-stack.ts';
import { CHECKOUT, createWorkspace, smallPipeline } from '../testing/workspace.ts';

/** The program of `Pulumi.yaml` with three more resources, of two providers. */
const PROGRAM = `
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import pipeline from ${JSON.stringify(path.join(CHECKOUT, 'apps/infra/src/program.ts'))};

export default () => {
  const outputs = pipeline();
  new aws.ssm.Document('bucket', {
    name: 'photos', documentType: 'Command', content: outputs.processedBucket,
  });
  new aws.ecr.Repository('images', { name: 'images' });
  new pulumi.CustomResource('command:local:Command', 'notify', { create: 'echo deployed' });
  return outputs;
};
`;

test('the local stack starts with resources that it does not emulate, and processes a photo', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await unlink(path.join(workspace.directory, 'apps'));
  await mkdir(path.join(workspace.directory, 'apps/infra/src'), { recursive: true });
  await symlink(
    path.join(CHECKOUT, 'apps/console'),
    path.join(workspace.directory, 'apps/console'),
  );
  await writeFile(path.join(workspace.directory, 'apps/infra/src/program.ts'), PROGRAM);
  await workspace.writeStack('local', smallPipeline(16));

  const options = { workspace: workspace.directory, stack: 'local' };
  const { local, client, stop } = await startStack({ ...options, strict: false });
  onTestFinished(stop);
  expect(local.unknownTypes).toEqual([
    'aws:ecr/repository:Repository',
    'aws:ssm/document:Document',
    'command:local:Command',
  ]);
  const photo = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer();
  const manifest = await client.uploadAndWait('uploads/photo.jpg', photo);
  expect(manifest).toMatchObject({ status: 'done', outputs: [{ variant: 'w16', width: 16 }] });
  await stop();

  await expect(startStack(options)).rejects.toMatchObject({ code: 'TYPE_UNKNOWN' });
});

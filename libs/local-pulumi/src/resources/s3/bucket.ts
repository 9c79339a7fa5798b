import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { defineResource } from '../../engine/index.ts';
import { type AwsContext, AwsError, unlessAbsent } from '../aws.ts';
import { COMMON_IGNORED } from '../not-emulated.ts';

export const bucket = defineResource({
  type: 'aws:s3/bucket:Bucket',
  inputs: z.strictObject({
    // S3 user guide, "General purpose bucket naming rules".
    bucket: z.string().regex(/^(?=.{3,63}$)[a-z0-9][a-z0-9.-]*[a-z0-9]$/, 'is no bucket name'),
    forceDestroy: z.boolean().default(false),
  }),
  ignoredInputs: COMMON_IGNORED,
  autoName: { property: 'bucket', maxLength: 63, lowerCase: true },
  replaceOn: ['bucket'],
  async create({ bucket: name }, context: AwsContext) {
    await unlessAbsent(
      ['BucketAlreadyOwnedByYou'],
      context.s3.send(new CreateBucketCommand({ Bucket: name })),
    );
    return { id: name, outputs: bucketOutputs(name, context) };
  },
  locate: ({ bucket: name }) => name,
  async read({ id }, context) {
    const head = context.s3.send(new HeadBucketCommand({ Bucket: id }));
    return (await unlessAbsent(['NotFound', 'NoSuchBucket'], head)) && bucketOutputs(id, context);
  },
  update: ({ id }, _inputs, context) => bucketOutputs(id, context),
  async delete({ id, inputs }, { s3 }) {
    if (inputs.forceDestroy) await unlessAbsent(['NoSuchBucket'], removeObjects(s3, id));
    try {
      await unlessAbsent(['NoSuchBucket'], s3.send(new DeleteBucketCommand({ Bucket: id })));
    } catch (cause) {
      if (!(cause instanceof Error) || cause.name !== 'BucketNotEmpty') throw cause;
      const message = `${id} holds objects: empty it, or deploy it once with \`forceDestroy\``;
      throw new AwsError('BucketNotEmpty', message, { cause });
    }
  },
});

export function bucketOutputs(name: string, { region }: AwsContext) {
  return {
    bucket: name,
    arn: `arn:aws:s3:::${name}`,
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    bucketRegion: region,
    region,
    tagsAll: {},
  };
}

async function removeObjects(s3: AwsContext['s3'], name: string): Promise<void> {
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: name }));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (versions.length === 0) return;
    const objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: name, Delete: { Objects: objects, Quiet: true } }),
    );
    const failed = Errors?.[0];
    if (failed) throw new AwsError(failed.Code ?? 'InternalError', `cannot delete ${failed.Key}`);
  }
}

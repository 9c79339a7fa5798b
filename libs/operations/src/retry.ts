import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { mayBeRetried, outputKeys, selectRecipe } from '@darkroom/pipeline';
import * as z from 'zod';
import { OperationError } from './operation-error.ts';
import { followUpload, isMadeOf, outcomeSchema, readManifestOf, readSource } from './outcome.ts';
import type { Pipeline } from './status.ts';

export const retriedSchema = z.strictObject({
  uploads: z.array(
    z.strictObject({
      ...outcomeSchema.shape,
      /** False if there was nothing to do. */
      sent: z.boolean(),
    }),
  ),
});

export type Retried = z.output<typeof retriedSchema>;

export interface RetryOptions {
  /** Also processes uploads again that were processed. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  /** Last time to wait for outcomes, milliseconds since 1970; `0` does not wait. */
  readonly until: number;
}

/**
 * Processes uploads again, in their newest versions. It deletes the manifest, because the function skips an upload whose
 * manifest is up to date, and sends a message.
 *
 * @throws OperationError `NOT_FOUND` if an upload does not exist; errors of S3 and SQS as the SDK throws them
 */
export async function retryUploads(
  stack: Omit<Pipeline, 'deadLetterQueueUrl'>,
  keys: readonly string[],
  { force, signal, until }: RetryOptions,
): Promise<Retried> {
  const follow = { stack, settings: stack.settings, signal, until };
  const uploads = await Promise.all(
    keys.map(async (key) => {
      const source = await readSource(key, stack);
      if (!source)
        throw new OperationError(
          'NOT_FOUND',
          `There is no upload ${key} in ${stack.sourceBucket}.`,
        );
      const upload = { key, ...source };
      const recipe = selectRecipe(stack.settings.recipes, key);
      const manifest = recipe && (await readManifestOf(key, recipe, stack));
      const isRight =
        recipe !== undefined &&
        manifest?.status === 'done' &&
        isMadeOf(manifest, source, recipe) &&
        !mayBeRetried(manifest);
      if (!recipe || (isRight && !force))
        return { ...(await followUpload(upload, { ...follow, until: 0 })), sent: false };
      if (manifest)
        await stack.s3.send(
          new DeleteObjectCommand({
            Bucket: stack.processedBucket,
            Key: outputKeys(key, recipe).manifest,
          }),
        );
      await stack.sqs.send(
        new SendMessageCommand({
          QueueUrl: stack.queueUrl,
          MessageBody: formatMessage({ bucket: stack.sourceBucket, key }),
        }),
      );
      return { ...(await followUpload(upload, follow)), sent: true };
    }),
  );
  return { uploads };
}

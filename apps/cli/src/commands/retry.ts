import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { formatMessage } from '@darkroom/events';
import { mayBeRetried, outputKeys, selectRecipe } from '@darkroom/pipeline';
import * as z from 'zod';
import { CommandError, defineCommand, flag, numberOption, option, several } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { followUpload, outcomeSchema, readManifestOf } from '../outcome.ts';
import { openStack, type Stack, stackOptions } from '../stack.ts';
import { printable } from '../terminal.ts';

export const retry = defineCommand({
  name: 'retry',
  summary: 'processes rejected uploads again, and waits for their outcomes',
  details:
    'It deletes the manifest of the rejection, because the function skips an upload whose manifest is up to date, and sends a message. An upload that was processed stays as it is, unless --force is given.',
  arguments: [several('key', 'uploads, such as uploads/cat.jpg')],
  options: {
    ...stackOptions,
    force: flag('--force', 'also processes uploads again that were processed'),
    wait: option(
      '--wait <seconds>',
      'longest time to wait for the outcomes (default: 600)',
      numberOption('a number of seconds from 0', (n) => n >= 0).prefault('600'),
    ),
  },
  examples: [{ line: 'uploads/cat.jpg', what: 'One upload of the local stack, after a fix' }],
  output: z.strictObject({
    uploads: z.array(
      z.strictObject({
        ...outcomeSchema.shape,
        /** False if there was nothing to do. */
        sent: z.boolean(),
      }),
    ),
  }),
  async run({ signal }, { force, wait, ...options }, keys) {
    const stack = await openStack(options);
    const settings = stack.settings();
    const follow = { stack, settings, signal, until: Date.now() + wait * 1000 };
    const uploads = await Promise.all(
      keys.map(async (key) => {
        const eTag = await eTagOf(key, stack);
        const recipe = selectRecipe(settings.recipes, key);
        const manifest = recipe && (await readManifestOf(key, recipe, stack));
        const isRight =
          manifest?.source.eTag === eTag && manifest.status === 'done' && !mayBeRetried(manifest);
        if (!recipe || (isRight && !force))
          return { ...(await followUpload({ key, eTag }, { ...follow, until: 0 })), sent: false };
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
        return { ...(await followUpload({ key, eTag }, follow)), sent: true };
      }),
    );
    return { uploads };
  },
  print({ uploads }, terminal) {
    const { green, red, yellow } = terminal.colours;
    const colour = { done: green, rejected: red, unfinished: yellow, 'no-recipe': yellow };
    for (const { key, outcome, code, message, sent } of uploads) {
      const why = code === undefined ? '' : `  ${code}: ${printable(message ?? '')}`;
      const nothing = sent ? '' : '  nothing to do';
      terminal.line(`${colour[outcome](outcome.padEnd(10))} ${printable(key)}${why}${nothing}`);
    }
  },
  exitCode: ({ uploads }) =>
    uploads.every(({ outcome }) => outcome === 'done') ? EXIT.done : EXIT.failed,
});

async function eTagOf(key: string, { s3, sourceBucket }: Stack): Promise<string> {
  try {
    const { ETag = '' } = await s3.send(new HeadObjectCommand({ Bucket: sourceBucket, Key: key }));
    return ETag.replaceAll('"', '');
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'NotFound') throw cause;
    throw new CommandError(`There is no upload ${key} in ${sourceBucket}.`, {
      code: 'NOT_FOUND',
      remedy: 'Keys are case-sensitive and begin without a slash.',
      exitCode: EXIT.failed,
      cause,
    });
  }
}

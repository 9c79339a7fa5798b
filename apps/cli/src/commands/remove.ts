import {
  findUpload,
  OperationError,
  type Removed,
  removedSchema,
  removeUpload,
} from '@darkroom/operations';
import { withOperations } from '../aws-operation.ts';
import { CommandError, defineCommand, flag, required } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { explainError } from '../explain-error.ts';
import { openStackWithSettings, type Stack, stackOptions, UNKNOWN_KEY } from '../stack.ts';
import { printable } from '../terminal.ts';

export const remove = defineCommand({
  name: 'remove',
  summary: 'deletes an upload with all versions and outputs, for erasure requests',
  details:
    'It deletes every version of the upload and of its outputs, asks CloudFront to forget the outputs if the stack has delivery, and prints a receipt. It does not delete log lines, which contain the key until logs.retentionDays is over, copies in other buckets, and backups.',
  arguments: [required('key', 'the upload, such as uploads/cat.jpg')],
  options: { ...stackOptions, yes: flag('--yes', 'deletes without a question') },
  examples: [{ line: 'uploads/cat.jpg --yes --json', what: 'Delete, and keep the receipt' }],
  changesStack: true,
  interrupted: 'The same command deletes what is left.',
  output: removedSchema,
  async run({ terminal, signal }, { yes, ...options }, key) {
    const stack = await openStackWithSettings(options);
    const found = await findUpload(stack, key);
    // CloudFront may have copies of objects that were deleted earlier.
    if (found.versions.length === 0 && stack.distributionId === undefined)
      throw new CommandError(`There is neither an upload ${key} nor outputs of it.`, {
        code: 'NOTHING_TO_DO',
        remedy: UNKNOWN_KEY,
        exitCode: EXIT.done,
      });
    const question =
      found.versions.length === 0
        ? `There is neither an upload ${key} nor outputs of it. Delete copies at CloudFront?`
        : `Delete ${key} of ${stack.name} and its outputs, ${found.versions.length} objects and versions?`;
    if (!(await terminal.confirm(question, yes))) throw new CommandError('Nothing was deleted.');
    return removeUpload(stack, found, {
      signal,
      invalidate: (folder) => invalidate(stack, folder),
    }).catch(explainRefusal);
  },
  print({ stack, key, time, removed, invalidation, invalidationError, verified }, terminal) {
    const { red } = terminal.colours;
    terminal.line(`Receipt: ${printable(key)} of stack ${stack}, ${time}`);
    for (const { bucket, key: object, versionId } of removed)
      terminal.line(`  deleted  s3://${bucket}/${printable(object)}  version ${versionId}`);
    if (removed.length === 0) terminal.line('  deleted  nothing: there were no objects');
    if (invalidation !== null) terminal.line(`  CloudFront invalidation ${invalidation}`);
    terminal.line(
      verified
        ? '  verified: nothing is left in the buckets'
        : red('  NOT VERIFIED: objects are left'),
    );
    if (invalidationError !== undefined) {
      terminal.line(red('  NOT INVALIDATED: CloudFront may still have copies'));
      terminal.note(`${invalidationError}\nRun the same command again.`);
    }
  },
  exitCode: ({ verified, invalidationError }) =>
    verified && invalidationError === undefined ? EXIT.done : EXIT.failed,
});

function explainRefusal(error: unknown): never {
  if (!(error instanceof OperationError) || error.code !== 'REMOVE_FAILED') throw error;
  throw new CommandError(error.message, {
    code: 'DELETE_FAILED',
    remedy:
      'The permissions s3:DeleteObject and s3:DeleteObjectVersion are required. Run the command again.',
    exitCode: EXIT.access,
    cause: error,
  });
}

/** Asks CloudFront to forget a folder of outputs. */
export async function invalidate(
  { client, distributionId }: Pick<Stack, 'client' | 'distributionId'>,
  folder: string,
): Promise<Pick<Removed, 'invalidation' | 'invalidationError'>> {
  if (distributionId === undefined) return { invalidation: null };
  const { CloudFrontClient, CreateInvalidationCommand } =
    await import('@aws-sdk/client-cloudfront');
  const cloudFront = withOperations(new CloudFrontClient(client));
  try {
    const { Invalidation } = await cloudFront.send(
      new CreateInvalidationCommand({
        DistributionId: distributionId,
        InvalidationBatch: {
          CallerReference: `darkroom-${Date.now()}`,
          Paths: {
            Quantity: 1,
            Items: [`/${folder.split('/').map(encodePart).join('/')}*`],
          },
        },
      }),
    );
    return { invalidation: Invalidation?.Id ?? null };
  } catch (error) {
    return { invalidation: null, invalidationError: explainError(error).message };
  } finally {
    cloudFront.destroy();
  }
}

/** A `*` would be a wildcard. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll('*', '%2A');
}

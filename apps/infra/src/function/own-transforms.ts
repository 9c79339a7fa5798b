import { OwnTransformError } from '@darkroom/pipeline';
import { bundleTransformFiles } from '@darkroom/pipeline/transform-files';
import * as pulumi from '@pulumi/pulumi';

/** A file of `transforms` cannot be bundled, or breaks the rules of docs/contract.md. */
export class TransformFileError extends pulumi.RunError {
  override readonly name = 'TransformFileError';
  readonly code = 'INVALID_TRANSFORM';
}

/**
 * Bundles a pipeline's own transforms for the function's package, and adds them to the catalog. Pulumi prints only the
 * message of a RunError, without a stack trace.
 *
 * @param files as the program names them, relative to `folder`
 * @throws TransformFileError that names the file
 */
export function bundleOwnTransforms(
  files: readonly string[],
  folder = process.cwd(),
): string | undefined {
  try {
    return bundleTransformFiles(files, folder);
  } catch (error) {
    if (error instanceof OwnTransformError)
      throw new TransformFileError(`transforms: ${error.message}`, { cause: error });
    throw error;
  }
}

import type { S3Client } from '@aws-sdk/client-s3';
import { catalog, type Environment } from '@darkroom/pipeline';
import type { ImageEngine } from '@darkroom/transforms';
import { createEngine } from '@darkroom/transforms/engine';
import { sideFileReader } from './side-files.ts';

/** The engine as this function has it, in whichever of its processes. @param root folder of the package */
export function createFunctionEngine(
  environment: Environment,
  root: string,
  s3: S3Client,
): ImageEngine {
  return createEngine({
    catalog,
    readSideFile: sideFileReader({ ...environment, root, s3 }),
    svg: environment.recipes.some(({ formats }) => formats.includes('svg')),
  });
}

import path from 'node:path';
import {
  pinSideFiles,
  SIDE_FILES_FOLDER,
  SideFileError,
  sideFilesFrom,
  type Settings,
} from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

/**
 * The bundled files that the recipes read, as parts of the function's package.
 *
 * @param assetsDir the folder that their names start from
 * @throws pulumi.RunError naming the recipe, where one of them is not there
 */
export function sideFileAssets({ recipes }: Settings, assetsDir: string): pulumi.asset.AssetMap {
  try {
    pinSideFiles(recipes, assetsDir);
  } catch (error) {
    if (error instanceof SideFileError) throw new pulumi.RunError(error.message, { cause: error });
    throw error;
  }
  return Object.fromEntries(
    sideFilesFrom('bundle', recipes).map((file) => [
      `${SIDE_FILES_FOLDER}/${file}`,
      new pulumi.asset.FileAsset(path.join(assetsDir, file)),
    ]),
  );
}

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';

const SOURCE = `
  import sharp from 'sharp';
  import { S3Client } from '@aws-sdk/client-s3';
  export const s3 = new S3Client({ region: 'us-east-1' });
  export { sharp };
`;

/**
 * Bundles what no function of this kind can do without, sharp and the S3 client, as the resizer's build bundles the
 * handler.
 *
 * @returns the bundle's path, below this folder, where sharp finds its native files
 */
export async function buildBaseline(resizer: string): Promise<string> {
  const config = pathToFileURL(path.join(resizer, 'esbuild.config.mjs'));
  const { default: shared } = (await import(config.href)) as { default: BuildOptions };
  const outfile = path.join(import.meta.dirname, '../dist/baseline.mjs');
  await build({
    ...shared,
    // One file, whose name is given.
    outExtension: {},
    splitting: false,
    stdin: { contents: SOURCE, resolveDir: resizer },
    outfile,
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
  });
  return outfile;
}

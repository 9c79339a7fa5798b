import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { CHECKOUT } from '../../e2e/testing/workspace.ts';

const RESIZER = path.join(CHECKOUT, 'apps/resizer');

/** Bundles the handler as apps/resizer does (its project.json), with the defects around it. */
export async function bundlePlantedHandler(outfile: string): Promise<void> {
  const configuration = path.join(RESIZER, 'esbuild.config.mjs');
  const { default: product } = (await import(pathToFileURL(configuration).href)) as {
    default: BuildOptions;
  };
  const { outExtension: _, ...options } = product;
  await build({
    ...options,
    stdin: {
      contents: `
        import { planted } from ${JSON.stringify(path.join(import.meta.dirname, 'plant.ts'))};
        import { handler as real } from ${JSON.stringify(path.join(RESIZER, 'src/handler.ts'))};
        export const handler = planted(real);
      `,
      resolveDir: RESIZER,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
  });
}

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { CHECKOUT } from '../testing/workspace.ts';

const RESIZER = path.join(CHECKOUT, 'apps/resizer');
const HANDLER = path.join(RESIZER, 'src/handler.ts');

/** Bundles the handler as apps/resizer does (its project.json), with the defects. */
export function bundleHandlerWithDefects(outfile: string): Promise<void> {
  const contents = `
    import { withDefects } from ${JSON.stringify(path.join(import.meta.dirname, 'handler-with-defects.ts'))};
    import { handler as real } from ${JSON.stringify(HANDLER)};
    export const handler = withDefects(real);
  `;
  return bundleHandler(contents, outfile);
}

/** Bundles the handler with a module that is loaded first. */
export function bundleHandlerAfter(module: string, outfile: string): Promise<void> {
  const contents = `
    import ${JSON.stringify(module)};
    export { handler } from ${JSON.stringify(HANDLER)};
  `;
  return bundleHandler(contents, outfile);
}

async function bundleHandler(contents: string, outfile: string): Promise<void> {
  const configuration = path.join(RESIZER, 'esbuild.config.mjs');
  const { default: product } = (await import(pathToFileURL(configuration).href)) as {
    default: BuildOptions;
  };
  // The bundle is one file with the given name.
  const { outExtension: _, splitting: __, chunkNames: ___, ...options } = product;
  await build({
    ...options,
    stdin: { contents, resolveDir: RESIZER, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
  });
}

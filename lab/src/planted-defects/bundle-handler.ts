import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildOptions, type Plugin } from 'esbuild';
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
  return bundleHandler(contents, outfile, [everythingThroughTheClient]);
}

/** The defects are in the SDK's client, which the handler otherwise needs for errors only. */
const everythingThroughTheClient: Plugin = {
  name: 'everything through the client',
  setup(bundle) {
    bundle.onLoad({ filter: /\/resizer\/src\/direct-s3\.ts$/ }, () => ({
      contents: 'export const directS3 = (client) => client;',
    }));
  },
};

/** Bundles the handler with a module that is loaded first. */
export function bundleHandlerAfter(module: string, outfile: string): Promise<void> {
  const contents = `
    import ${JSON.stringify(module)};
    export { handler } from ${JSON.stringify(HANDLER)};
  `;
  return bundleHandler(contents, outfile);
}

async function bundleHandler(
  contents: string,
  outfile: string,
  plugins: Plugin[] = [],
): Promise<void> {
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
    plugins,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
  });
}

/**
 * `node main.ts TARGET` makes `dist/TARGET` from `dist/bundle`; `node main.ts notices` writes the third-party notices of
 * `dist/bundle` to the checkout. Nx targets run both (project.json). `node main.ts cli-notices METAFILE FILE` writes
 * those of the command line, which contains `dist/bundle`, too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makePackage } from './make-package.ts';
import {
  commandLineNotices,
  METAFILE,
  NOTICES,
  thirdPartyNotices,
  type Metafile,
} from './notices.ts';
import { PackagingError } from './packaging-error.ts';
import { isTarget } from './target.ts';

const project = path.resolve(import.meta.dirname, '..');
const workspace = path.resolve(project, '../..');
const bundle = path.join(project, 'dist/bundle');
const [target, metafile = '', notices = ''] = process.argv.slice(2);
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Metafile;
try {
  if (target === 'notices') {
    const text = thirdPartyNotices(read(path.join(bundle, METAFILE)), workspace);
    writeFileSync(path.join(workspace, NOTICES), text);
  } else if (target === 'cli-notices') {
    const pages = path.join(workspace, 'apps/console/dist', METAFILE);
    const metafiles = [metafile, path.join(bundle, METAFILE), pages].map(read);
    writeFileSync(notices, commandLineNotices(metafiles, workspace));
  } else if (isTarget(target)) {
    await makePackage({ target, workspace, bundle, output: path.join(project, 'dist', target) });
  } else throw new Error(`"${target}" is not a target: expected arm64, x86_64, host or notices`);
} catch (error) {
  console.error(error instanceof PackagingError ? error.message : error);
  process.exitCode = 1;
}

/** `node main.ts TARGET`: makes `dist/TARGET` of `dist/bundle`. Targets of Nx run it (project.json). */
import path from 'node:path';
import { makePackage } from './make-package.ts';
import { PackagingError } from './packaging-error.ts';
import { isTarget } from './target.ts';

const project = path.resolve(import.meta.dirname, '..');
const target = process.argv[2];
if (!isTarget(target)) throw new Error(`There is no target ${target}`);
try {
  await makePackage({
    target,
    workspace: path.resolve(project, '../..'),
    bundle: path.join(project, 'dist/bundle'),
    output: path.join(project, 'dist', target),
  });
} catch (error) {
  console.error(error instanceof PackagingError ? error.message : error);
  process.exitCode = 1;
}

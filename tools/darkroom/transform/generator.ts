import { execSync } from 'node:child_process';
import path from 'node:path';
import {
  formatFiles,
  generateFiles,
  installPackagesTask,
  names,
  readJson,
  type GeneratorCallback,
  type Tree,
} from '@nx/devkit';
import { addToCatalog } from '../add-to-catalog.ts';
import { addDependency, addReference } from '../add-to-json.ts';

/** The options of `nx g` (`schema.json`). */
export interface TransformGeneratorOptions {
  readonly name: string;
}

const CATALOG = 'libs/pipeline/src/catalog.ts';

interface PackageJson {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * `nx g ./tools/darkroom:transform NAME`: a library with a working example, and a line wherever the workspace has to know
 * of it. The callback links the package and writes its reference page.
 * @throws Error when there is such a transform already
 */
export default async function transformGenerator(
  tree: Tree,
  { name }: TransformGeneratorOptions,
): Promise<GeneratorCallback> {
  const root = `libs/transform-${name}`;
  const packageName = `@darkroom/transform-${name}`;
  const identifier = names(name).propertyName;
  checkName(tree, name, root);

  const { version, dependencies } = readJson<PackageJson>(tree, 'libs/transforms/package.json');
  generateFiles(tree, path.join(import.meta.dirname, 'files'), root, {
    name,
    packageName,
    identifier,
    version,
    zodVersion: dependencies['zod'],
  });

  addToCatalog(tree, CATALOG, { identifier, packageName });
  addDependency(tree, 'libs/pipeline/package.json', packageName, version);
  addReference(tree, 'libs/pipeline/tsconfig.json', `../transform-${name}`);
  addReference(tree, 'tsconfig.json', `./${root}`);
  await formatFiles(tree);

  return () => {
    installPackagesTask(tree, true);
    execSync('npm run docs', { cwd: tree.root, stdio: 'inherit' });
  };
}

function checkName(tree: Tree, name: string, root: string): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `${JSON.stringify(name)}: a transform's name is lower-case letters, digits and inner hyphens`,
    );
  }
  if (tree.exists(root)) throw new Error(`there is a transform "${name}" already: ${root}`);
  const builtin = `libs/transforms/src/builtin/${name}.ts`;
  if (tree.exists(builtin)) {
    throw new Error(`"${name}" is taken by a file of the built-in transforms: ${builtin}`);
  }
}

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
export interface DecoderGeneratorOptions {
  readonly name: string;
}

const CATALOG = 'libs/pipeline/src/catalog.ts';

/**
 * `nx g ./tools/darkroom:decoder NAME`: a library that decodes a small example format, and its line in the list of decoders.
 * The callback links the package and updates the generated documents, schemas and types.
 * @throws Error if the name is not valid or already taken
 */
export default async function decoderGenerator(
  tree: Tree,
  { name }: DecoderGeneratorOptions,
): Promise<GeneratorCallback> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `${JSON.stringify(name)}: a decoder's name is lower-case letters, digits and inner hyphens`,
    );
  }
  const root = `libs/decoder-${name}`;
  if (tree.exists(root)) throw new Error(`a decoder "${name}" already exists: ${root}`);
  const packageName = `@darkroom/decoder-${name}`;
  const { propertyName, className } = names(name);
  const { version, dependencies } = readJson<{
    version: string;
    dependencies: Readonly<Record<string, string>>;
  }>(tree, 'libs/transforms/package.json');
  generateFiles(tree, path.join(import.meta.dirname, 'files'), root, {
    ...{ name, packageName, className, version },
    identifier: propertyName,
    magic: name.toUpperCase(),
    sharpVersion: dependencies['sharp'],
  });
  addToCatalog(tree, CATALOG, { identifier: propertyName, packageName }, 'listDecoders');
  addDependency(tree, 'libs/pipeline/package.json', packageName, version);
  addReference(tree, 'libs/pipeline/tsconfig.json', `../decoder-${name}`);
  addReference(tree, 'tsconfig.json', `./${root}`);
  await formatFiles(tree);
  return () => {
    installPackagesTask(tree, true);
    execSync('npm run docs', { cwd: tree.root, stdio: 'inherit' });
  };
}

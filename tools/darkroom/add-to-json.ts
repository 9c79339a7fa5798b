import { updateJson, type Tree } from '@nx/devkit';

/** Adds a dependency to a package.json, in alphabetical order as npm writes it. */
export function addDependency(tree: Tree, file: string, name: string, version: string): void {
  updateJson<{ dependencies?: Record<string, string> }>(tree, file, (json) => {
    const entries = Object.entries({ ...json.dependencies, [name]: version });
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return { ...json, dependencies: Object.fromEntries(entries) };
  });
}

/** Adds a project reference to a tsconfig.json, where `nx sync` would add it. */
export function addReference(tree: Tree, file: string, path: string): void {
  updateJson<{ references?: { path: string }[] }>(tree, file, (json) => ({
    ...json,
    references: [...(json.references ?? []), { path }],
  }));
}

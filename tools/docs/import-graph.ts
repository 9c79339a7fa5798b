import { existsSync } from 'node:fs';
import path from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

/** The drawing's folders, with what each holds. The laboratory may import all of them, so it is not drawn. */
const FOLDERS = {
  apps: 'apps',
  examples: 'examples',
  libs: 'libs',
} as const;

/**
 * Draws which project imports which, from the files themselves: tests and their equipment left out, plugins as one
 * node, type-only imports dashed.
 *
 * @param checkout absolute
 * @returns a graph in Graphviz's language, the same for the same imports
 */
export async function importGraph(checkout: string): Promise<string> {
  const rules = (await import(path.join(checkout, '.dependency-cruiser.mjs'))) as {
    default: { options: { exclude: { path: string } } };
  };
  const { options } = rules.default;
  const { output } = await cruise(
    Object.keys(FOLDERS).filter((folder) => existsSync(path.join(checkout, folder))),
    {
      ...options,
      baseDir: checkout,
      exclude: {
        path: [options.exclude.path, '/(testing|fixtures)/', '\\.test\\.ts$', '\\.config\\.mjs$'],
      },
    },
  );
  const edges = projectEdges(output as ICruiseResult);
  const projects = [...new Set([...edges.keys()].flatMap((edge) => edge.split(' ')))].sort();
  const clusters = Object.entries(FOLDERS).map(([folder, label]) => {
    const nodes = projects
      .filter((project) => project.startsWith(`${folder}/`))
      .map((project) => `    "${project}" [label="${path.basename(project)}"]`);
    return `  subgraph "cluster_${folder}" { label="${label}"; color="#d0d7de"\n${nodes.join('\n')}\n  }`;
  });
  const arrows = [...edges]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([edge, typesOnly]) => {
      const [from, to] = edge.split(' ');
      return `  "${from}" -> "${to}"${typesOnly ? ' [style=dashed]' : ''}`;
    });
  return ['digraph imports {', '  graph [labeljust=l]', ...clusters, ...arrows, '}', ''].join('\n');
}

/** @returns `FROM TO` of each import between projects → whether all of them import types only */
function projectEdges({ modules }: ICruiseResult): Map<string, boolean> {
  const edges = new Map<string, boolean>();
  for (const { source, dependencies } of modules)
    for (const { resolved, dependencyTypes } of dependencies) {
      const [from, to] = [projectOf(source), projectOf(resolved)];
      if (from === undefined || to === undefined || from === to) continue;
      const edge = `${from} ${to}`;
      edges.set(edge, (edges.get(edge) ?? true) && dependencyTypes.includes('type-only'));
    }
  return edges;
}

function projectOf(file: string): string | undefined {
  const [folder = '', project] = file.split('/');
  if (!(folder in FOLDERS) || project === undefined) return undefined;
  return `${folder}/${project.startsWith('transform-') ? 'transform-*' : project}`;
}

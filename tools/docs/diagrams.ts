import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { instance } from '@viz-js/viz';
import { importGraph } from './import-graph.ts';

/** A file that another text determines. */
export interface GeneratedFile {
  /** Path in the checkout. */
  readonly path: string;
  readonly text: string;
}

/** Look of all diagrams; each text names only what it shows. */
const LOOK = {
  graphAttributes: {
    bgcolor: 'white',
    fontname: 'Helvetica,Arial,sans-serif',
    fontsize: 12,
    pad: 0.2,
    nodesep: 0.35,
    ranksep: 0.55,
  },
  nodeAttributes: {
    fontname: 'Helvetica,Arial,sans-serif',
    fontsize: 12,
    shape: 'box',
    // The fonts of viewers differ from those whose widths Graphviz knows.
    margin: '0.25,0.12',
    style: 'rounded,filled',
    fillcolor: '#f6f8fa',
    color: '#57606a',
  },
  edgeAttributes: {
    fontname: 'Helvetica,Arial,sans-serif',
    fontsize: 10,
    color: '#57606a',
    fontcolor: '#57606a',
  },
} as const;

/**
 * Draws every `NAME.dot` of the folder as `NAME.svg`; the same text gives the same drawing anywhere. `imports.dot` is
 * itself generated, from the imports of the projects.
 */
export async function diagrams(
  checkout: string,
  folder: string,
): Promise<readonly GeneratedFile[]> {
  const viz = await instance();
  const imports = { path: `${folder}/imports.dot`, text: await importGraph(checkout) };
  const names = (await readdir(path.join(checkout, folder))).filter(
    (name) => name.endsWith('.dot') && `${folder}/${name}` !== imports.path,
  );
  const texts = await Promise.all(
    names.map(async (name) => ({
      path: `${folder}/${name}`,
      text: await readFile(path.join(checkout, folder, name), 'utf8'),
    })),
  );
  const drawings = [...texts, imports].map(({ path, text }) => ({
    path: path.replace(/\.dot$/, '.svg'),
    text: viz.renderString(text, { ...LOOK, format: 'svg', engine: 'dot' }),
  }));
  return [imports, ...drawings];
}

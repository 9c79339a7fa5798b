import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { instance } from '@viz-js/viz';
import type { GeneratedFile } from './generated-files.ts';

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

/** Draws every `NAME.dot` of the folder as `NAME.svg` beside it; the same text gives the same drawing anywhere. */
export async function diagrams(
  checkout: string,
  folder: string,
): Promise<readonly GeneratedFile[]> {
  const viz = await instance();
  const names = (await readdir(path.join(checkout, folder))).filter((name) =>
    name.endsWith('.dot'),
  );
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(checkout, folder, name), 'utf8');
      const svg = viz.renderString(text, { ...LOOK, format: 'svg', engine: 'dot' });
      return { path: `${folder}/${name.replace(/\.dot$/, '.svg')}`, text: svg };
    }),
  );
}

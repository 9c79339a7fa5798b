import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Colours that differ for most readers (Okabe and Ito). */
export const COLOURS = [
  ...['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'],
  ...['#8b4513', '#7b3fa0', '#bcbd22'],
] as const;

export interface Panel {
  readonly title: string;
  /** Options of Observable Plot, without size and document. */
  readonly options: object;
}

export interface Drawing {
  readonly title: string;
  readonly subtitle: string;
  /** Names of the series and their colours. */
  readonly legend: readonly (readonly [name: string, colour: string])[];
  readonly panels: readonly Panel[];
  readonly columns: number;
  /** Of one panel, pixels. */
  readonly width: number;
  readonly height: number;
}

const MARGIN = 20;
const HEAD = 84;
const TITLE = 24;
/** Width of a character, about. */
const CHARACTER = 6.6;

/** The members of a DOM element that are used. */
interface DrawnElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** Draws panels in columns as one SVG file, which needs no fonts, styles or scripts of a page. */
export function drawSvg(drawing: Drawing): string {
  const { title, subtitle, legend, panels, columns, width, height } = drawing;
  const { document } = parseHTML('<html></html>') as unknown as { document: unknown };
  const rows = Math.ceil(panels.length / columns);
  const drawn = panels.map(({ title: name, options }, index) => {
    const [x, y] = [
      MARGIN + (index % columns) * width,
      HEAD + Math.floor(index / columns) * (height + TITLE),
    ];
    // The project has no types of browsers, which both libraries use.
    const chart: unknown = Plot.plot({ document, width: width - MARGIN, height, ...options });
    const element = chart as DrawnElement;
    element.setAttribute('x', String(x));
    element.setAttribute('y', String(y + TITLE));
    return `<text x="${x}" y="${y + 16}" font-weight="600">${escapeXml(name)}</text>\n${element.outerHTML}`;
  });
  let left = MARGIN;
  const keys = legend.map(([name, colour]) => {
    const key = `<rect x="${left}" y="62" width="10" height="10" fill="${colour}"/><text x="${left + 14}" y="71">${escapeXml(name)}</text>`;
    left += 14 + name.length * CHARACTER + 16;
    return key;
  });
  const [fullWidth, fullHeight] = [
    Math.max(columns * width + MARGIN, Math.ceil(left)),
    HEAD + rows * (height + TITLE) + MARGIN,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="12" color="#0f172a" fill="#0f172a">
<title id="title">${escapeXml(`${title}. ${subtitle}`)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${MARGIN}" y="28" font-size="16" font-weight="600">${escapeXml(title)}</text>
<text x="${MARGIN}" y="48">${escapeXml(subtitle)}</text>
${keys.join('\n')}
${drawn.join('\n')}
</svg>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

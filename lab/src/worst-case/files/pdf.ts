import { deflateSync } from 'node:zlib';
import { type Content, pixels } from './pixels.ts';

/** What a page holds. */
export const PDF_OBJECTS = [
  ...['words', 'lines', 'shapes', 'translucent shapes', 'layers', 'pictures', 'shadings'],
] as const;

export interface PdfGenes {
  /** Points. */
  readonly width: number;
  readonly height: number;
  readonly objects: string;
  readonly count: number;
  readonly content: Content;
  /** Side of a picture, pixels. */
  readonly side: number;
}

const object = (number: number, text: string) => `${number} 0 obj ${text} endobj\n`;
const stream = (entries: string, data: Buffer | string) => {
  const bytes = deflateSync(data, { level: 1 });
  const head = `<<${entries} /Filter /FlateDecode /Length ${bytes.length}>> stream\n`;
  return `${head}${bytes.toString('latin1')}\nendstream`;
};

/** Layers inside each other: as many as PDFium follows. */
const MOST_LAYERS = 12;

/** Operators of a page. The places are spread over it, the same each time. */
function contents({ width, height, objects, count }: PdfGenes): string {
  if (objects === 'layers') return '/X0 Do';
  const each = (index: number): string => {
    const [x, y] = [(index * 37.3) % width, (index * 91.7) % height];
    const size = width / 5;
    switch (objects) {
      case 'words':
        return `BT /F 8 Tf 1 0 0 1 ${x} ${y} Tm (word ${index}) Tj ET`;
      case 'lines':
        return `${x} ${y} m ${y} ${x} l S`;
      case 'pictures':
        return `q ${size} 0 0 ${size} ${x} ${y} cm /P Do Q`;
      case 'shadings':
        return '/S sh';
      default:
        return `/G gs 0.${index % 10} 0.5 0.2 rg ${x} ${y} m ${x + size} ${y + size} ${x - size} ${y + size} ${x} ${y} c f`;
    }
  };
  return Array.from({ length: count }, (_, index) => each(index)).join('\n');
}

/** A document of one page. Its objects are found without a table of their places. */
export function writePdf(genes: PdfGenes): Buffer {
  const { width, height, objects, count, content, side } = genes;
  const box = `[0 0 ${width} ${height}]`;
  const layers = objects === 'layers' ? Math.min(MOST_LAYERS, count) : 0;
  const isPicture = objects === 'pictures';
  const picture = isPicture ? pixels(side, side, 3, content) : Buffer.alloc(3);
  const pictureSide = isPicture ? side : 1;
  const resources = [
    '/Font <</F <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>',
    `/ExtGState <</G <</ca ${objects === 'translucent shapes' ? '0.5' : '1'}>>>>`,
    '/XObject <</P 5 0 R /X0 10 0 R>>',
    `/Shading <</S <</ShadingType 3 /ColorSpace /DeviceRGB /Coords [${width / 2} ${height / 2} 0 ${width / 2} ${height / 2} ${width}] /Function <</FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1>>>>>>`,
  ].join(' ');
  const layer = (index: number) =>
    object(
      10 + index,
      stream(
        `/Type /XObject /Subtype /Form /BBox ${box} /Group <</S /Transparency>> /Resources <</XObject <</X${index + 1} ${11 + index} 0 R>> /ExtGState <</G <</ca 0.5>>>>>>`,
        `/G gs 0.2 0.7 0.4 rg 0 0 ${width} ${height} re f${index + 1 < layers ? ` /X${index + 1} Do` : ''}`,
      ),
    );
  const text = [
    '%PDF-1.7\n',
    object(1, '<</Type /Catalog /Pages 2 0 R>>'),
    object(2, '<</Type /Pages /Kids [3 0 R] /Count 1>>'),
    object(
      3,
      `<</Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources <<${resources}>>>>`,
    ),
    object(4, stream('', contents(genes))),
    object(
      5,
      stream(
        `/Type /XObject /Subtype /Image /Width ${pictureSide} /Height ${pictureSide} /ColorSpace /DeviceRGB /BitsPerComponent 8`,
        picture,
      ),
    ),
    ...Array.from({ length: layers }, (_, index) => layer(index)),
    'trailer <</Root 1 0 R>>\n%%EOF',
  ];
  return Buffer.from(text.join(''), 'latin1');
}

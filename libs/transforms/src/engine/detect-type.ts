import { fileTypeFromBuffer } from 'file-type';
import type { SourceFormat } from '../types.ts';

/** What the first bytes are, in words for the uploader, and the format if it is one of ours. */
export interface DetectedType {
  readonly name: string;
  readonly format?: SourceFormat;
}

const OURS: Readonly<Record<string, SourceFormat>> = {
  jpg: 'jpeg',
  png: 'png',
  apng: 'png',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
  tif: 'tiff',
};

const CAMERA_RAW = new Set(['cr2', 'cr3', 'nef', 'arw', 'dng', 'raf', 'orf', 'rw2', 'srw', 'pef']);
const NAMES: Readonly<Record<string, string>> = {
  psd: 'a Photoshop document (PSD)',
  pdf: 'a PDF document',
  zip: 'a ZIP archive',
  jxl: 'a JPEG XL picture',
  jp2: 'a JPEG 2000 picture',
  bmp: 'a BMP picture',
  ico: 'an icon (ICO)',
};

/** How much of a text is looked at, bytes. */
const TEXT_SAMPLE = 1024;

/** Told by the bytes alone; neither the key's extension nor the declared type is believed. */
export async function detectType(source: Uint8Array): Promise<DetectedType> {
  // Damaged containers make the detector throw; what is left then is to look for text.
  const found = await fileTypeFromBuffer(source).catch(() => undefined);
  // The detector looks for TIFF's tags, which stand at its end and may be cut off.
  if (!found && isTiff(source)) return { name: 'image/tiff', format: 'tiff' };
  const ours = found && OURS[found.ext];
  if (found && ours) return { name: found.mime, format: ours };
  if (!found || found.ext === 'xml' || found.mime === 'image/svg+xml') return detectText(source);
  if (CAMERA_RAW.has(found.ext)) {
    return { name: `a camera raw file (${found.ext.toUpperCase()})` };
  }
  if (found.mime.startsWith('image/hei')) return { name: 'a HEIC picture' };
  return { name: NAMES[found.ext] ?? `${found.ext.toUpperCase()} (${found.mime})` };
}

function isTiff(source: Uint8Array): boolean {
  const start = Buffer.from(source.subarray(0, 4)).toString('latin1');
  return start === 'II*\0' || start === 'MM\0*';
}

function detectText(source: Uint8Array): DetectedType {
  const sample = new TextDecoder('utf-8').decode(source.subarray(0, TEXT_SAMPLE));
  // Control characters other than tab, line feed, form feed and carriage return are no text.
  if (/[\u0000-\u0008\u000e-\u001f]/.test(sample)) return { name: 'of no known type' };
  const start = sample.replace(/^\ufeff/, '').trimStart();
  if (/^<svg[\s>]/i.test(withoutProlog(start))) return { name: 'an SVG drawing', format: 'svg' };
  if (/^<(!doctype\s+html|html|head|body)\b/i.test(start)) return { name: 'an HTML page' };
  if (start.startsWith('<?xml')) return { name: 'an XML document' };
  if (/^[[{]/.test(start)) return { name: 'JSON or other text' };
  return { name: 'text' };
}

/** A document type without entities of its own: what is in brackets would be the XML parser's work. */
const DOCTYPE = /^<!DOCTYPE\s+svg(?:\s+(?:PUBLIC|SYSTEM)(?:\s+(?:"[^"<>]*"|'[^'<>]*'))+)?\s*>\s*/i;

/** What follows XML's declaration, comments and document type; one pass, since the text may be made to be slow to match. */
function withoutProlog(text: string): string {
  let rest = text.replace(/^<\?xml[^>]*>\s*/, '');
  for (let end = 0; rest.startsWith('<!--') && end >= 0;) {
    end = rest.indexOf('-->', '<!--'.length);
    if (end >= 0) rest = rest.slice(end + '-->'.length).trimStart();
  }
  return rest.replace(DOCTYPE, '');
}

/** Files that are an image and also a script, a page or an archive, which a browser might open. */
import { animatedSample, sample } from '@darkroom/transforms/testing';
import { jpeg } from '@darkroom/transforms/testing/structure/jpeg.ts';
import { latin1 } from '@darkroom/transforms/testing/structure/piece.ts';
import { png } from '@darkroom/transforms/testing/structure/png.ts';
import { item, PLANTED } from './hostile-upload.ts';

const SIZE = { width: 64, height: 48 };
const HTML = `<html><body>${PLANTED.script}</body></html>`;
const JS = `*/=1;alert("${PLANTED.words}");/*`;

/** An archive with one stored file. ZIP readers start at its end. */
function zip(): Buffer {
  const name = latin1('planted-words.html');
  const head = (signature: string, more: number) => {
    const bytes = Buffer.alloc(more);
    bytes.write(signature, 'latin1');
    bytes.writeUInt16LE(name.length, more - 4 - (more > 30 ? 14 : 0));
    return Buffer.concat([bytes, name]);
  };
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 10);
  return Buffer.concat([
    ...[head('PK\x03\x04', 30), latin1(HTML)],
    ...[head('PK\x01\x02', 46), end],
  ]);
}

const after = (bytes: Buffer) => async (file: Promise<Buffer>) =>
  Buffer.concat([await file, bytes]);
const withZip = after(zip());
const withHtml = after(latin1(HTML));

/** HTML in a chunk before the pixels, where a browser that guesses looks. */
async function htmlInPng(): Promise<Buffer> {
  const [header, ...rest] = png.split(await sample({ ...SIZE, format: 'png' }));
  const text = { type: 'tEXt', data: latin1(`Comment\0${HTML}`) };
  return png.join([...(header ? [header] : []), text, ...rest]);
}

/** JavaScript in the comment of a JPEG that is itself a comment: FF D8 FF E0 is text to a careless reader. */
async function scriptInJpeg(): Promise<Buffer> {
  const [start, ...rest] = jpeg.split(await sample(SIZE));
  const comment = { type: 'fe', data: latin1(JS) };
  return jpeg.join([
    ...(start ? [start] : []),
    comment,
    ...rest,
    { type: 'scan', data: latin1(JS) },
  ]);
}

export const POLYGLOTS = [
  item('a PNG that is also a ZIP', 'DONE', () => withZip(sample({ ...SIZE, format: 'png' }))),
  item('a PNG that is also HTML', 'DONE', htmlInPng),
  item('a GIF that is also HTML', 'DONE', () => withHtml(animatedSample('gif', SIZE))),
  item('a WebP that is also HTML', 'DONE', () => withHtml(sample({ ...SIZE, format: 'webp' }))),
  item('a JPEG that is also JavaScript', 'DONE', scriptInJpeg),
  item('a GIF head before HTML', ['UNSUPPORTED_FORMAT', 'CORRUPT_IMAGE'], () =>
    latin1(`GIF89a=1;${HTML}`),
  ),
  item('HTML', 'UNSUPPORTED_FORMAT', () => latin1(HTML)),
  item('a ZIP', 'UNSUPPORTED_FORMAT', zip),
  item('a PHP script with a JPEG’s first bytes', 'CORRUPT_IMAGE', () =>
    latin1('\xff\xd8\xff\xe0<?php system($_GET["c"]); ?>'),
  ),
];

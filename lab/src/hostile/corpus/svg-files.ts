/** SVG files. They are rejected unless a recipe accepts SVG, and then they may not read other files or explode. */
import { latin1 } from '@darkroom/transforms/testing/structure/piece.ts';
import { item, type HostileUpload } from './hostile-upload.ts';

const NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';

function svg(body: string, { head = '', size = 'width="64" height="48"' } = {}): Buffer {
  return Buffer.from(`<?xml version="1.0"?>${head}<svg ${NAMESPACES} ${size}>${body}</svg>`);
}

/** Rejected by default. If SVG is accepted, it is drawn without the other file, or not at all. */
function drawing(
  name: string,
  withSvg: NonNullable<HostileUpload['withSvg']>,
  bytes: HostileUpload['bytes'],
): HostileUpload {
  return { ...item(name, 'UNSUPPORTED_FORMAT', bytes), withSvg };
}

const RED = '<rect width="64" height="48" fill="#c00"/>';
const DRAWN = ['DONE'] as const;
const EITHER = ['DONE', 'CORRUPT_IMAGE'] as const;

function laughs(id = ''): string {
  const entities = Array.from(
    { length: 10 },
    (_, level) => `<!ENTITY a${level + 1} "${`&a${level};`.repeat(10)}">`,
  );
  return `<!DOCTYPE svg ${id} [<!ENTITY a0 "ha">${entities.join('')}]>`;
}

/** Each level uses the one before ten times: 10¹⁰ shapes. */
function useBomb(): string {
  const levels = Array.from(
    { length: 10 },
    (_, level) => `<g id="u${level + 1}">${`<use href="#u${level}"/>`.repeat(10)}</g>`,
  );
  return `<defs><rect id="u0" width="9" height="9"/>${levels.join('')}</defs><use href="#u10"/>`;
}

const files = (url: string) =>
  `${RED}<image href="${url}" width="64" height="48"/><image xlink:href="${url}" width="64" height="48"/>`;

export const DRAWINGS = [
  drawing('a harmless SVG', DRAWN, () => svg(RED)),
  drawing('an SVG with a file of this machine', DRAWN, () => svg(files('file:///etc/passwd'))),
  drawing('an SVG with a relative file', DRAWN, () => svg(files('../../../package.json'))),
  drawing('an SVG with a URL', DRAWN, () => svg(files('http://127.0.0.1:9/planted.png'))),
  drawing('an SVG with the address of credentials', DRAWN, () =>
    svg(files('http://169.254.169.254/latest/meta-data/')),
  ),
  drawing('an SVG with a style sheet elsewhere', DRAWN, () =>
    svg(`<style>@import url("http://127.0.0.1:9/planted.css");</style>${RED}`),
  ),
  drawing('an SVG that includes a file', DRAWN, () =>
    svg(
      `${RED}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="/etc/passwd"/>`,
    ),
  ),
  drawing('an SVG with a script', DRAWN, () =>
    svg(`<script>alert("planted-script")</script>${RED}`, {
      size: 'width="64" height="48" onload="alert(1)"',
    }),
  ),
  item('a billion laughs', 'UNSUPPORTED_FORMAT', () =>
    svg('<text>&a10;</text>', { head: laughs() }),
  ),
  // For a parser that looks for the first ">", the document type ends before its entities begin.
  item('a billion laughs behind a document type that looks closed', 'UNSUPPORTED_FORMAT', () =>
    svg('<text>&a10;</text>', { head: laughs('SYSTEM "a><svg "') }),
  ),
  item('an SVG with an entity of a file', 'UNSUPPORTED_FORMAT', () =>
    svg('<text y="20">&x;</text>', {
      head: '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    }),
  ),
  item('an SVG with a parameter entity of a URL', 'UNSUPPORTED_FORMAT', () =>
    svg(RED, { head: '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>' }),
  ),
  drawing('an SVG that nests 10,000 deep', EITHER, () =>
    svg('<g>'.repeat(10_000) + RED + '</g>'.repeat(10_000)),
  ),
  drawing('an SVG that uses itself', EITHER, () =>
    svg(`<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>${RED}`),
  ),
  drawing('an SVG of 10¹⁰ shapes', EITHER, () => svg(useBomb())),
  drawing('an SVG in an SVG in an SVG', EITHER, () => {
    const wrapped = (inner: Buffer) =>
      svg(
        `<image width="64" height="48" href="data:image/svg+xml;base64,${inner.toString('base64')}"/>`,
      );
    return Array.from({ length: 8 }).reduce<Buffer>((inner) => wrapped(inner), svg(RED));
  }),
  drawing('an SVG of 100,000 × 100,000', ['TOO_LARGE', 'CORRUPT_IMAGE'], () =>
    svg(RED, { size: 'width="100000" height="100000"' }),
  ),
  drawing('an SVG without a size', EITHER, () => svg(RED, { size: '' })),
  drawing('an SVG of size 1e30', ['TOO_LARGE', 'CORRUPT_IMAGE'], () =>
    svg(RED, { size: 'width="1e30" height="1e30"' }),
  ),
  item('comments that a regular expression takes years for', 'UNSUPPORTED_FORMAT', () =>
    latin1(`${'<!---->'.repeat(140)}x`),
  ),
  drawing('an SVG behind many comments', DRAWN, () =>
    Buffer.concat([
      latin1('<!---->'.repeat(100)),
      svg(RED).subarray('<?xml version="1.0"?>'.length),
    ]),
  ),
  drawing('an SVG with the document type of the W3C', DRAWN, () =>
    svg(RED, {
      head: '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">',
    }),
  ),
  drawing('an SVG that does not end', ['CORRUPT_IMAGE'], () => latin1(`<svg ${NAMESPACES}><g>`)),
  drawing('an SVG with a blur of everything', EITHER, () =>
    svg(
      `<filter id="f"><feGaussianBlur stdDeviation="9999"/></filter><g filter="url(#f)">${RED}</g>`,
    ),
  ),
];

import { DOMParser, type Element } from '@xmldom/xmldom';

import { malformedXml } from './errors.ts';

export type { Element as XmlElement } from '@xmldom/xmldom';

/** The namespace of S3's documents. */
export const S3_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const parser = new DOMParser({
  onError: (level, message) => {
    if (level !== 'warning') throw new Error(message);
  },
});

/**
 * The root element of a document, which must have the given name in any namespace.
 *
 * @throws MalformedXML for anything else, and for a document type declaration
 */
export function parseXml(body: Buffer, root: string): Element {
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  if (text.includes('<!DOCTYPE')) throw malformedXml();
  const element = parseDocument(text);
  if (element?.localName !== root) throw malformedXml();
  return element;
}

function parseDocument(text: string): Element | null {
  try {
    return parser.parseFromString(text, 'text/xml').documentElement;
  } catch {
    throw malformedXml();
  }
}

export function childElements(parent: Element, name: string): Element[] {
  return Array.from(parent.childNodes).filter(
    (node): node is Element => node.nodeType === node.ELEMENT_NODE && node.localName === name,
  );
}

export function elementNames(parent: Element): string[] {
  return Array.from(parent.childNodes)
    .filter((node) => node.nodeType === node.ELEMENT_NODE)
    .map((node) => node.localName ?? '');
}

export function childTexts(parent: Element, name: string): string[] {
  return childElements(parent, name).map((child) => child.textContent ?? '');
}

export function childText(parent: Element, name: string): string | undefined {
  return childTexts(parent, name)[0];
}

/** Control characters become references too, as in S3: a parser changes a plain `\r`. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"'\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g,
    (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

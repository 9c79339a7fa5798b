import { readBlocks, unescaped } from './xmp-and-iptc.ts';

/** Namespaces by their usual prefix, and the properties of each that are kept without a position. */
const NAMESPACES = {
  dc: {
    uri: 'http://purl.org/dc/elements/1.1/',
    kept: [
      'title',
      'description',
      'creator',
      'contributor',
      'publisher',
      'rights',
      'subject',
      'format',
    ],
  },
  xmp: { uri: 'http://ns.adobe.com/xap/1.0/', kept: ['CreateDate', 'Label', 'Rating'] },
  xmpRights: {
    uri: 'http://ns.adobe.com/xap/1.0/rights/',
    kept: ['Certificate', 'Marked', 'Owner', 'UsageTerms', 'WebStatement'],
  },
  photoshop: {
    uri: 'http://ns.adobe.com/photoshop/1.0/',
    kept: ['AuthorsPosition', 'CaptionWriter', 'Credit', 'DateCreated', 'Headline', 'Source'],
  },
} as const;

export type XmpPrefix = keyof typeof NAMESPACES;
const PREFIXES = Object.keys(NAMESPACES) as XmpPrefix[];

/** Properties whose lists have an order (XMP specification, part 1, 8.3). */
const ORDERED = new Set(['creator']);
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  // XML 1.0 allows no other control characters.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
}

interface Item {
  readonly text: string;
  readonly language?: string;
}

/** Texts of a value as exifr returns it: plain, in a language, or a list of these. Structures are left out. */
function itemsOf(value: unknown): Item[] {
  if (Array.isArray(value)) return value.flatMap(itemsOf);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return [{ text: String(value) }];
  }
  if (typeof value !== 'object' || value === null || !('value' in value)) return [];
  const language = 'lang' in value && typeof value.lang === 'string' ? value.lang : 'x-default';
  return itemsOf(value.value).map(({ text }) => ({ text, language }));
}

function propertyOf(name: string, property: string, value: unknown): string {
  const items = itemsOf(value);
  const [first] = items;
  if (!first) return '';
  const isList =
    Array.isArray(value) ||
    first.language !== undefined ||
    (name.startsWith('dc:') && property !== 'format');
  if (!isList) return `<${name}>${escaped(first.text)}</${name}>`;
  const isText = ['title', 'description', 'rights', 'UsageTerms'].includes(property);
  const list = isText ? 'Alt' : ORDERED.has(property) ? 'Seq' : 'Bag';
  const parts = items.map(({ text, language }) => {
    const attribute = isText ? ` xml:lang="${escaped(language ?? 'x-default')}"` : '';
    return `<rdf:li${attribute}>${escaped(text)}</rdf:li>`;
  });
  return `<${name}><rdf:${list}>${parts.join('')}</rdf:${list}></${name}>`;
}

/** exifr's values with XML's entities replaced. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return unescaped(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

type Properties = Readonly<Partial<Record<XmpPrefix, Readonly<Record<string, unknown>>>>>;

/** Writes an XMP packet of the properties that may be kept; `undefined` if none is given. */
export function xmpPacket(given: Properties): string | undefined {
  const properties = PREFIXES.flatMap((prefix) =>
    NAMESPACES[prefix].kept.map((name) =>
      propertyOf(`${prefix}:${name}`, name, given[prefix]?.[name]),
    ),
  ).join('');
  if (properties === '') return undefined;
  const namespaces = PREFIXES.map((prefix) => `xmlns:${prefix}="${NAMESPACES[prefix].uri}"`);
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${namespaces.join(' ')}>${properties}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

/**
 * The properties of a packet that cannot hold a position, as a new packet. Everything else is dropped: positions by any
 * name, places, histories, and properties that are not known. Damaged packets count as empty.
 */
export async function allowedXmp(packet: string): Promise<Properties> {
  const blocks = await readBlocks({ xmp: Buffer.from(packet) });
  return plain(blocks) as Properties;
}

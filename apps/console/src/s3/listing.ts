/** An object of a ListObjectsV2 response. */
export interface ListedObject {
  readonly key: string;
  /** Without quotes. */
  readonly eTag: string;
  readonly bytes: number;
  readonly modified: Date;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  /** Token of the next page, if there is one. */
  readonly next?: string;
}

/** `"abc"` and `abc` name the same version: S3 sends quotes, notifications and some clients leave them out. */
export function bareETag(eTag: string): string {
  return eTag.replace(/^(?:W\/)?"(.*)"$/, '$1');
}

function text(parent: Document | Element, name: string): string | undefined {
  return parent.getElementsByTagName(name)[0]?.textContent ?? undefined;
}

/** Keys are encoded like a form's values: `+` is a space (S3 API reference, ListObjectsV2, "encoding-type"). */
function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

/** Reads one page of ListObjectsV2. */
export function parseListing(xml: Document): Listing {
  const encoded = text(xml, 'EncodingType') === 'url';
  const objects = Array.from(xml.getElementsByTagName('Contents'), (contents) => {
    const key = text(contents, 'Key') ?? '';
    return {
      key: encoded ? decodeKey(key) : key,
      eTag: bareETag(text(contents, 'ETag') ?? ''),
      bytes: Number(text(contents, 'Size') ?? 0),
      modified: new Date(text(contents, 'LastModified') ?? 0),
    };
  });
  const next = text(xml, 'NextContinuationToken');
  return next === undefined ? { objects } : { objects, next };
}

/** The newest first. Equal times are ordered by key, which keeps the order stable. */
export function newestFirst(objects: Iterable<ListedObject>): ListedObject[] {
  return [...objects].sort(
    (a, b) => b.modified.getTime() - a.modified.getTime() || (a.key < b.key ? -1 : 1),
  );
}

/** Percent-encodes what a path segment cannot hold as it is; the slashes of a key stay. */
function encodeKey(key: string): string {
  return key
    .toWellFormed()
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/');
}

/** Path-style address of an object. */
export function objectUrl(endpoint: string, bucket: string, key: string): string {
  return `${endpoint}/${encodeURIComponent(bucket)}/${encodeKey(key)}`;
}

/**
 * A browser resolves the segments `.` and `..` before it asks (WHATWG URL, "double-dot path segment"), written as
 * `%2e` too: no page can address such a key.
 */
export function isAddressable(key: string): boolean {
  return !key.split('/').some((segment) => segment === '.' || segment === '..');
}

/** Address of one page of ListObjectsV2: 1,000 keys, percent-encoded, as XML 1.0 cannot hold every character. */
export function listUrl(endpoint: string, bucket: string, continuationToken?: string): string {
  const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url' });
  if (continuationToken !== undefined) query.set('continuation-token', continuationToken);
  return `${endpoint}/${encodeURIComponent(bucket)}?${query.toString()}`;
}

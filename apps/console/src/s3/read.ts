import { fromAnswer, unreachable } from './errors.ts';
import { parseListing, type ListedObject } from './listing.ts';
import { listUrl, objectUrl } from './object-url.ts';

/** Limit for the pages of a listing, 1,000 keys each: a page in a browser is not an inventory. */
const MAX_PAGES = 20;

async function get(endpoint: string, url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store' });
  } catch (cause) {
    throw unreachable(endpoint, cause);
  }
  if (response.ok || response.status === 404) return response;
  throw fromAnswer(response.status, await response.text());
}

/**
 * @returns every object of the bucket, or of its first 20,000 keys, and then `complete` is false
 * @throws S3Error
 */
export async function listObjects(
  endpoint: string,
  bucket: string,
): Promise<{ objects: ListedObject[]; complete: boolean }> {
  const objects: ListedObject[] = [];
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await get(endpoint, listUrl(endpoint, bucket, next));
    const body = await response.text();
    if (!response.ok) throw fromAnswer(response.status, body);
    const listing = parseListing(new DOMParser().parseFromString(body, 'application/xml'));
    objects.push(...listing.objects);
    next = listing.next;
    if (next === undefined) return { objects, complete: true };
  }
  return { objects, complete: false };
}

/**
 * @returns the object's JSON; undefined if the object is missing or not JSON
 * @throws S3Error
 */
export async function readJson(endpoint: string, bucket: string, key: string): Promise<unknown> {
  const response = await get(endpoint, objectUrl(endpoint, bucket, key));
  if (!response.ok) return undefined;
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

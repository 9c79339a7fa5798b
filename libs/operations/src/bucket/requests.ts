/** Numbers of S3 requests by their price class; `get` and `head` cost the same, `delete` nothing (Amazon S3 pricing). */
export interface Requests {
  readonly list: number;
  readonly get: number;
  readonly put: number;
  readonly head: number;
  readonly delete: number;
}

export const NO_REQUESTS: Requests = { list: 0, get: 0, put: 0, head: 0, delete: 0 };

export function addRequests(a: Requests, b: Requests): Requests {
  return {
    list: a.list + b.list,
    get: a.get + b.get,
    put: a.put + b.put,
    head: a.head + b.head,
    delete: a.delete + b.delete,
  };
}

export function countRequests(requests: Requests): number {
  return Object.values<number>({ ...requests }).reduce((sum, count) => sum + count, 0);
}

/**
 * To fill a folder (docs/reconcile.md, "The protocol"): LIST, GET of the manifest where there is one, GET of the source,
 * PUT of each variant and the manifest, DELETE of what is there and is not wanted, HEAD of the source. An upload that is
 * rejected takes fewer.
 */
export function requestsToFill(variants: number, listed: number, hasManifest: boolean): Requests {
  return {
    list: 1,
    get: hasManifest ? 2 : 1,
    put: variants + 1,
    head: 1,
    delete: Math.max(0, listed - variants - 1),
  };
}

/** To empty a folder: LIST, GET of the manifest, GET of the source, DELETE of each object, HEAD of the source. */
export function requestsToEmpty(listed: number, hasManifest: boolean): Requests {
  return { list: 1, get: hasManifest ? 2 : 1, put: 0, head: 1, delete: listed };
}

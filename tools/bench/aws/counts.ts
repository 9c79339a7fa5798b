import { SOURCE } from './buckets.ts';

/** Requests to S3, without the uploads themselves. */
export interface Counts {
  readonly LIST: number;
  readonly GET: number;
  readonly HEAD: number;
  readonly PUT: number;
  readonly DELETE: number;
  /** Bytes of the bodies that the function received. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export const NO_REQUESTS: Counts = {
  ...{ LIST: 0, GET: 0, HEAD: 0, PUT: 0, DELETE: 0, bytesIn: 0, bytesOut: 0 },
};

interface Request {
  readonly method: string;
  readonly url: string;
  /** Bytes of the bodies. */
  readonly sent: number;
  readonly received: number;
}

export function countRequest(counts: Counts, { method, url, sent, received }: Request): Counts {
  if (method === 'PUT' && url.startsWith(`/${SOURCE}/`)) return counts;
  const name = method === 'GET' && url.includes('list-type=') ? 'LIST' : method;
  if (name !== 'LIST' && name !== 'GET' && name !== 'HEAD' && name !== 'PUT' && name !== 'DELETE')
    return counts;
  return {
    ...counts,
    [name]: counts[name] + 1,
    // The answer to HEAD has the length of a body that it does not have.
    bytesIn: counts.bytesIn + (name === 'HEAD' ? 0 : received),
    bytesOut: counts.bytesOut + sent,
  };
}

/** For each of several uploads. */
export function perUpload(counts: Counts, uploads: number): Counts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]: [string, number]) => [name, count / uploads]),
  ) as unknown as Counts;
}

/** All requests together. */
export function requestsOf({ LIST, GET, HEAD, PUT, DELETE }: Counts): number {
  return LIST + GET + HEAD + PUT + DELETE;
}

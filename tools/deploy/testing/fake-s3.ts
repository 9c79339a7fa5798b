import { inPlaceOf, signatureOf } from './loopback.ts';

export interface FakeS3Options {
  /** Number of the upload that is answered by a manifest; 1 for the first. Default: none. */
  readonly answered?: number;
  /** Members of that manifest that differ from one without outputs. */
  readonly manifest?: object;
  /** Bytes of the objects in the bucket of outputs, by key. */
  readonly objects?: Readonly<Record<string, number>>;
  /** Of every object; undefined in a bucket without versions. Default: the number of the upload. */
  readonly versionId?: 'null' | undefined;
  /** Status of an error at a read. Default: what is missing is not found. */
  readonly failure?: 403;
  /** At each look for a manifest. */
  readonly onLook?: () => void;
}

/** Requests as `METHOD PATH?QUERY`, and who signed them, as `KEY REGION SERVICE`. */
export interface FakeS3 {
  readonly requests: readonly string[];
  readonly signed: readonly string[];
}

/** What a manifest says of the upload, but for its `eTag`. */
export const SOURCE = { bucket: 'source', key: 'x.jpg', versionId: null, bytes: 1 };

const errorOf = (code: string) =>
  `<Error><Code>${code}</Code><Message>of this bucket</Message></Error>`;

/** S3 that takes uploads, and what a pipeline would have made of them. It lists one object a page. */
export async function fakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const { answered = Infinity, objects = {}, failure, onLook } = options;
  const requests: string[] = [];
  const signed: string[] = [];
  const uploads = () => requests.filter((one) => one.startsWith('PUT ')).length;
  await inPlaceOf(['S3'], (request) => {
    signed.push(signatureOf(request));
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://s3');
    searchParams.delete('x-id');
    requests.push([`${method} ${pathname}`, searchParams.toString()].filter(Boolean).join('?'));
    const versionId = 'versionId' in options ? options.versionId : `v${uploads()}`;
    const headers = {
      etag: `"${uploads()}"`,
      'content-type': 'application/xml',
      ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
    };
    if (method === 'HEAD') {
      const bytes = objects[pathname.replace('/processed/', '')] ?? 0;
      return { status: 200, headers: { ...headers, 'content-length': String(bytes) } };
    }
    if (method !== 'GET') return { status: 200, headers };
    if (searchParams.has('list-type')) {
      const at = Number(searchParams.get('continuation-token'));
      const body = pageOf(Object.keys(objects), at);
      return { status: 200, headers, body };
    }
    onLook?.();
    if (failure) return { status: failure, headers, body: errorOf('AccessDenied') };
    if (uploads() < answered) return { status: 404, headers, body: errorOf('NoSuchKey') };
    return { status: 200, headers, body: manifestOf(String(answered), options.manifest) };
  });
  return { requests, signed };
}

function pageOf(keys: readonly string[], at: number): string {
  const contents = keys.slice(at, at + 1).map((key) => `<Contents><Key>${key}</Key></Contents>`);
  const more =
    at + 1 < keys.length
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${at + 1}</NextContinuationToken>`
      : '';
  return `<ListBucketResult>${contents.join('')}${more}</ListBucketResult>`;
}

function manifestOf(eTag: string, changes: object = {}): string {
  return JSON.stringify({
    ...{ version: 1, status: 'done', recipe: 'photos', recipeHash: 'x', outputs: [] },
    source: { ...SOURCE, eTag },
    ...changes,
  });
}

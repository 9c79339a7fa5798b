import { createHash } from 'node:crypto';
import {
  type GetResult,
  type ObjectHead,
  type ObjectStore,
  PipelineError,
  type PutOptions,
} from '@darkroom/pipeline';

/** Defects of the store. The checks must find them. The code under test stays the real one. */
export type Defect =
  'no confirmation' | 'no preconditions' | 'version of the event' | 'any output is believed';

export interface StoredObject {
  readonly eTag: string;
  readonly body: Uint8Array;
  readonly metadata: PutOptions['metadata'];
}

export const hash = (body: Uint8Array) => createHash('md5').update(body).digest('hex');
export const conflict = (what: string) => new PipelineError('CONFLICT', what);

export interface ScheduledStoreOptions {
  readonly bucket: string;
  /** Asks the scheduler to perform one atomic step. */
  readonly request: <T>(label: string, isWrite: boolean, happen: () => T) => Promise<T>;
  /** Every pass begins with a listing. */
  readonly onList: () => void;
  /** Contents of the bucket when a request happens. */
  readonly objects: () => Map<string, StoredObject>;
  /** ETag of the current upload. */
  readonly sourceETag: () => string | undefined;
  readonly defect: Defect | undefined;
}

/** S3's semantics in memory. The scheduler decides when a request happens. */
export function scheduledStore(options: ScheduledStoreOptions): ObjectStore {
  const { bucket, request, onList, objects, sourceETag, defect } = options;
  let lastRead: string | undefined;
  return {
    bucket,
    list: (prefix) => {
      onList();
      return request('LIST', false, () =>
        [...objects()]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { eTag }]) => ({ key, eTag })),
      );
    },
    get: (key, { ifMatch, ifNoneMatch } = {}) =>
      request(`GET ${key}`, false, (): GetResult => {
        const object = objects().get(key);
        lastRead = object?.eTag;
        if (ifMatch !== undefined && object?.eTag !== ifMatch) throw conflict(key);
        if (!object) return { kind: 'missing' };
        if (object.eTag === ifNoneMatch) return { kind: 'unchanged' };
        const { eTag, body } = object;
        const read = () => Promise.resolve(body);
        return { kind: 'found', eTag, versionId: null, bytes: body.length, read, discard() {} };
      }),
    head: (key) =>
      request(`HEAD ${key}`, false, (): ObjectHead | undefined => {
        const object = objects().get(key);
        const eTag = defect === 'no confirmation' && bucket === 'source' ? lastRead : object?.eTag;
        if (eTag === undefined) return undefined;
        const claim = defect === 'any output is believed' && {
          'source-etag': sourceETag() ?? '',
        };
        return { eTag, metadata: { ...object?.metadata, ...claim } };
      }),
    put: (key, body, { precondition, metadata }) =>
      request(`PUT ${key}`, true, () => {
        if (defect !== 'no preconditions') check(objects().get(key), precondition);
        const eTag = hash(body);
        objects().set(key, { eTag, body, metadata });
        return eTag;
      }),
    delete: (key, { ifMatch }) =>
      request(`DELETE ${key}`, true, () => {
        if (defect !== 'no preconditions') check(objects().get(key), { ifMatch });
        objects().delete(key);
      }),
  };
}

function check(object: StoredObject | undefined, precondition: PutOptions['precondition']): void {
  const holds =
    precondition === 'absent' ? object === undefined : object?.eTag === precondition.ifMatch;
  if (!holds) throw conflict('precondition');
}

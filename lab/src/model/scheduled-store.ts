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
  | 'no confirmation'
  | 'no preconditions'
  | 'version of the event'
  | 'any output is believed'
  | 'ETag and size only'
  | 'HEAD without metadata';

export interface StoredObject {
  readonly eTag: string;
  readonly body: Uint8Array;
  readonly metadata: PutOptions['metadata'];
  /** Of a versioned bucket. */
  readonly versionId: string | null;
  /** The SHA-256 that the client stored. */
  readonly checksumSha256?: string;
}

export const hash = (body: Uint8Array) => createHash('md5').update(body).digest('hex');
export const sha256Of = (body: Uint8Array) => createHash('sha256').update(body).digest('hex');
export const conflict = (what: string) => new PipelineError('CONFLICT', what);

export interface ScheduledStoreOptions {
  readonly bucket: string;
  /** Asks the scheduler to perform one atomic step. */
  readonly request: <T>(label: string, isWrite: boolean, happen: () => T) => Promise<T>;
  /** Every pass begins with a listing. */
  readonly onList: () => void;
  /** Contents of the bucket when a request happens. */
  readonly objects: () => Map<string, StoredObject>;
  /** SHA-256 of the current upload. */
  readonly sourceSha256: () => string | undefined;
  readonly defect: Defect | undefined;
}

/** S3's semantics in memory. The scheduler decides when a request happens. */
export function scheduledStore(options: ScheduledStoreOptions): ObjectStore {
  const { bucket, request, onList, objects, sourceSha256, defect } = options;
  let lastRead: StoredObject | undefined;
  const identify = (object: StoredObject) =>
    defect === 'ETag and size only'
      ? { ...identityOf(object), versionId: null }
      : identityOf(object);
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
    get: (key, { ifMatch } = {}) =>
      request(`GET ${key}`, false, (): GetResult => {
        const object = objects().get(key);
        lastRead = object;
        if (ifMatch !== undefined && object?.eTag !== ifMatch) throw conflict(key);
        if (!object) return { kind: 'missing' };
        const read = () => Promise.resolve(object.body);
        const { metadata } = object;
        return { kind: 'found', ...identify(object), metadata, read, discard() {} };
      }),
    head: (key) =>
      request(`HEAD ${key}`, false, (): ObjectHead | undefined => {
        const isBlind = defect === 'no confirmation' && bucket === 'source' && lastRead;
        const object = isBlind ? lastRead : objects().get(key);
        if (!object) return undefined;
        const claim = defect === 'any output is believed' && {
          'source-sha256': sourceSha256() ?? '',
        };
        const isUnseen = defect === 'HEAD without metadata' && bucket === 'source';
        const metadata = isUnseen ? {} : { ...object.metadata, ...claim };
        return { ...identify(object), metadata };
      }),
    put: (key, body, { precondition, metadata }) =>
      request(`PUT ${key}`, true, () => {
        if (defect !== 'no preconditions') check(objects().get(key), precondition);
        const eTag = hash(body);
        objects().set(key, { eTag, body, metadata, versionId: null });
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

function identityOf({ eTag, versionId, checksumSha256, body }: StoredObject) {
  return { eTag, versionId, checksumSha256, bytes: body.length };
}

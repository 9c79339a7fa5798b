import { createHash } from 'node:crypto';
import { PipelineError } from '../contract/codes.ts';
import type {
  GetResult,
  ListedObject,
  ObjectHead,
  ObjectStore,
  PutOptions,
} from '../reconcile/object-store.ts';

interface StoredObject {
  readonly body: Uint8Array;
  readonly eTag: string;
  readonly contentEncoding?: string | undefined;
  readonly versionId?: string;
  readonly checksumSha256?: string;
  /** Why it cannot be read. */
  readonly unreadable?: string | undefined;
  /** Missing where the test put the object there itself. */
  readonly options?: PutOptions;
}

const text = new TextDecoder();

/** A bucket in memory that answers at once and says what it was asked: `PUT uploads/a.jpg/manifest.json`. */
export class MemoryStore implements ObjectStore {
  readonly bucket: string;
  readonly objects = new Map<string, StoredObject>();
  readonly requests: string[] = [];
  /** Runs before a request happens: may change the bucket under its feet, or throw what the request is to fail with. */
  interfere: (request: string) => void = () => {};

  constructor(bucket: string) {
    this.bucket = bucket;
  }

  /** Puts an object there without asking. */
  place(
    key: string,
    body: string | Uint8Array,
    options?: PutOptions,
    more: Partial<Omit<StoredObject, 'body' | 'options'>> = {},
  ): string {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const eTag = createHash('md5').update(bytes).digest('hex');
    this.objects.set(key, { body: bytes, eTag, ...(options && { options }), ...more });
    return eTag;
  }

  textOf(key: string): string | undefined {
    const object = this.objects.get(key);
    return object && text.decode(object.body);
  }

  list(prefix: string): Promise<ListedObject[]> {
    return this.#request(`LIST ${prefix}`, () =>
      [...this.objects]
        .filter(([key]) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
        .map(([key, { eTag }]) => ({ key, eTag })),
    );
  }

  get(key: string, { ifMatch }: { ifMatch?: string } = {}): Promise<GetResult> {
    return this.#request(`GET ${key}`, () => {
      const object = this.objects.get(key);
      if (ifMatch !== undefined && object?.eTag !== ifMatch) throw conflict(key);
      return object ? found(object) : { kind: 'missing' };
    });
  }

  head(key: string): Promise<ObjectHead | undefined> {
    return this.#request(`HEAD ${key}`, () => {
      const object = this.objects.get(key);
      return object && { ...identityOf(object), metadata: object.options?.metadata ?? {} };
    });
  }

  put(key: string, body: Uint8Array, options: PutOptions): Promise<string> {
    return this.#request(`PUT ${key}`, () => {
      const eTag = this.objects.get(key)?.eTag;
      const { precondition } = options;
      if (eTag !== (precondition === 'absent' ? undefined : precondition.ifMatch))
        throw conflict(key);
      return this.place(key, body, options);
    });
  }

  delete(key: string, { ifMatch }: { ifMatch: string }): Promise<void> {
    return this.#request(`DELETE ${key}`, () => {
      if (this.objects.get(key)?.eTag !== ifMatch) throw conflict(key);
      this.objects.delete(key);
    });
  }

  async #request<T>(request: string, happen: () => T): Promise<T> {
    this.requests.push(request);
    await Promise.resolve();
    this.interfere(request);
    return happen();
  }
}

function conflict(key: string): PipelineError {
  return new PipelineError('CONFLICT', `${key} is not what it was`);
}

function identityOf({ body, eTag, versionId, checksumSha256 }: StoredObject) {
  return { eTag, versionId: versionId ?? null, bytes: body.byteLength, checksumSha256 };
}

function found({ contentEncoding, unreadable, ...stored }: StoredObject): GetResult {
  const read = () => Promise.resolve(stored.body);
  const object = identityOf(stored);
  const metadata = stored.options?.metadata ?? {};
  if (unreadable !== undefined)
    return { kind: 'unreadable', reason: unreadable, metadata, ...object };
  return { kind: 'found', ...object, metadata, contentEncoding, read, discard() {} };
}

/**
 * Attributes of an object that fauxqs does not keep. They travel in its user metadata, under a
 * name that no HTTP header can have, and are hidden from clients (`object-reads.ts`).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { createHash } from 'node:crypto';

import {
  accessDenied,
  invalidArgument,
  invalidObjectState,
  invalidRequest,
  objectNotInActiveTier,
} from './errors.ts';
import { header } from './requests.ts';

export interface ObjectAttributes {
  /** Absent: the null version. */
  readonly versionId?: string;
  /** Sequencer of the write. Absent: the bucket had no versioning configuration then. */
  readonly order?: string;
  readonly deleteMarker?: true;
  /** Absent: STANDARD. */
  readonly storageClass?: string;
  /** MD5 of the customer's key (SSE-C), in base64. Absent: not encrypted with one. */
  readonly customerKeyMd5?: string;
}

type Metadata = Readonly<Record<string, string>>;

const NAME = 'embedded aws';

export function attributesOf({ metadata }: { readonly metadata: Metadata }): ObjectAttributes {
  const text = metadata[NAME];
  return text === undefined ? {} : (JSON.parse(text) as ObjectAttributes);
}

export function withAttributes(
  metadata: Metadata | undefined,
  attributes: ObjectAttributes,
): Metadata {
  const user = userMetadata(metadata ?? {});
  if (Object.keys(attributes).length === 0) return user;
  return { ...user, [NAME]: JSON.stringify(attributes) };
}

/** The metadata that the client set. */
export function userMetadata(metadata: Metadata): Metadata {
  const { [NAME]: _, ...user } = metadata;
  return user;
}

/** `null` names the version that has no id. */
export function versionIdOf(object: { readonly metadata: Metadata }): string {
  return attributesOf(object).versionId ?? 'null';
}

const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
];

/** Classes whose objects have to be restored before they can be read. */
const ARCHIVED = ['GLACIER', 'DEEP_ARCHIVE'];

const CUSTOMER_KEY = 'x-amz-server-side-encryption-customer-';
const SOURCE_CUSTOMER_KEY = 'x-amz-copy-source-server-side-encryption-customer-';

/**
 * What the headers of an upload ask for.
 *
 * @throws InvalidStorageClass, InvalidArgument
 */
export function requestedAttributes(headers: IncomingHttpHeaders): ObjectAttributes {
  const storageClass = header(headers, 'x-amz-storage-class') ?? 'STANDARD';
  if (!STORAGE_CLASSES.includes(storageClass)) {
    throw invalidRequest('The storage class you specified is not valid', 'InvalidStorageClass');
  }
  const customerKeyMd5 = customerKey(headers, CUSTOMER_KEY);
  return {
    ...(storageClass !== 'STANDARD' && { storageClass }),
    ...(customerKeyMd5 !== undefined && { customerKeyMd5 }),
  };
}

/** MD5 of the key in the headers; the key itself is not kept. */
function customerKey(headers: IncomingHttpHeaders, prefix: string): string | undefined {
  const [algorithm, key, md5] = ['algorithm', 'key', 'key-md5'].map((name) =>
    header(headers, prefix + name),
  );
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  if (algorithm !== 'AES256') {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.',
    );
  }
  const bytes = Buffer.from(key ?? '', 'base64');
  if (bytes.length !== 32) {
    throw invalidArgument('The secret key was invalid for the specified algorithm.');
  }
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    throw invalidArgument('The calculated MD5 hash of the key did not match the hash provided.');
  }
  return md5;
}

/**
 * Whether the request may read an object's bytes (`GET`, `COPY`) or headers (`HEAD`).
 *
 * @throws InvalidObjectState for a GET of an archived object, ObjectNotInActiveTierError for a
 *   copy; InvalidRequest or AccessDenied without the customer's key
 */
export function requireReadable(
  object: { readonly metadata: Metadata },
  headers: IncomingHttpHeaders,
  action: 'GET' | 'HEAD' | 'COPY',
): void {
  const { storageClass = 'STANDARD', customerKeyMd5 } = attributesOf(object);
  const given = customerKey(headers, action === 'COPY' ? SOURCE_CUSTOMER_KEY : CUSTOMER_KEY);
  if (customerKeyMd5 !== undefined && given === undefined) {
    throw invalidRequest(
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  }
  if (customerKeyMd5 === undefined && given !== undefined) {
    throw invalidRequest('The encryption parameters are not applicable to this object.');
  }
  if (customerKeyMd5 !== given) throw accessDenied('Access Denied');
  if (action === 'HEAD' || !ARCHIVED.includes(storageClass)) return;
  throw action === 'GET' ? invalidObjectState(storageClass) : objectNotInActiveTier();
}

/** Every part of an upload with a customer's key has to bring the same key. */
export function requireSameKey(
  upload: { readonly metadata: Metadata },
  headers: IncomingHttpHeaders,
): void {
  if (attributesOf(upload).customerKeyMd5 === customerKey(headers, CUSTOMER_KEY)) return;
  throw invalidRequest(
    'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.',
  );
}

/** Headers of the answer to an upload, GET or HEAD. */
export function attributeHeaders(object: {
  readonly metadata: Metadata;
}): Readonly<Record<string, string>> {
  const { storageClass, customerKeyMd5 } = attributesOf(object);
  return {
    ...(storageClass !== undefined && { 'x-amz-storage-class': storageClass }),
    ...(customerKeyMd5 !== undefined && {
      [`${CUSTOMER_KEY}algorithm`]: 'AES256',
      [`${CUSTOMER_KEY}key-md5`]: customerKeyMd5,
    }),
  };
}

import { currentRequest, requestHeaders, type Emulator } from '../emulator.ts';
import { S3Error, type StoredObject } from '../fauxqs.ts';
import { invalidArgument, malformedXml } from './errors.ts';
import {
  attributeHeaders,
  attributesOf,
  requestedAttributes,
  requireSameKey,
  versionIdOf,
  withAttributes,
} from './object-attributes.ts';
import { newVersion, type VersioningStatus } from './object-versions.ts';
import { childText, parseXml } from './xml.ts';

/**
 * Upstream: an overwrite or a delete is final, and storage classes and customers' keys are
 * ignored. Here a write gets its attributes, and in a versioned bucket keeps what it replaces
 * (user guide, "How S3 Versioning works").
 */
export function versioning(emulator: Emulator): void {
  const { s3, versions } = emulator;
  const statusOf = (bucket: string) => versioningStatus(emulator, bucket);

  const putObject = s3.putObject.bind(s3);
  s3.putObject = (bucket, key, body, contentType, metadata, ...rest) => {
    const attributes = {
      ...requestedAttributes(requestHeaders()),
      ...newVersion(statusOf(bucket)),
    };
    makeRoom(bucket, key);
    const all = withAttributes(metadata, attributes);
    return answered(bucket, putObject(bucket, key, body, contentType, all, ...rest));
  };

  const create = s3.createMultipartUpload.bind(s3);
  s3.createMultipartUpload = (bucket, key, contentType, metadata, ...rest) => {
    const attributes = requestedAttributes(requestHeaders());
    return create(bucket, key, contentType, withAttributes(metadata, attributes), ...rest);
  };

  const uploadPart = s3.uploadPart.bind(s3);
  s3.uploadPart = (uploadId, ...rest) => {
    const upload = s3.multipartUploads.get(uploadId);
    if (upload !== undefined) requireSameKey(upload, requestHeaders());
    return uploadPart(uploadId, ...rest);
  };

  const complete = s3.completeMultipartUpload.bind(s3);
  s3.completeMultipartUpload = (uploadId, parts) => {
    const upload = s3.multipartUploads.get(uploadId);
    if (upload === undefined) return complete(uploadId, parts);
    const { bucket, key, metadata } = upload;
    makeRoom(bucket, key);
    upload.metadata = withAttributes(metadata, {
      ...attributesOf(upload),
      ...newVersion(statusOf(bucket)),
    });
    return answered(bucket, complete(uploadId, parts));
  };

  const deleteObject = s3.deleteObject.bind(s3);
  s3.deleteObject = (bucket, key, versionId) => {
    if (versionId !== undefined) {
      const removed = versions.remove(bucket, key, versionId);
      const deleteMarker = removed !== undefined && attributesOf(removed).deleteMarker === true;
      return { removed: removed !== undefined, versionId, deleteMarker };
    }
    const status = statusOf(bucket);
    const removed = versions.current(bucket, key) !== undefined;
    if (status !== undefined) makeRoom(bucket, key);
    deleteObject(bucket, key); // an unversioned object, or the null version
    if (status === undefined) return { removed };
    const marker = versions.addDeleteMarker(bucket, key, newVersion(status));
    return { removed, versionId: versionIdOf(marker), deleteMarker: true };
  };

  const deleteBucket = s3.deleteBucket.bind(s3);
  s3.deleteBucket = (bucket) => {
    if (versions.hasNoncurrent(bucket)) {
      throw new S3Error(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
        409,
      );
    }
    deleteBucket(bucket);
  };

  /** Before a write: a version stays, the null version goes. */
  function makeRoom(bucket: string, key: string): void {
    const status = statusOf(bucket);
    if (status === undefined) return;
    const current = versions.current(bucket, key);
    const isNull = current !== undefined && versionIdOf(current) === 'null';
    if (status === 'Enabled' || !isNull) versions.archiveCurrent(bucket, key);
    if (status === 'Suspended') versions.removeNoncurrentNull(bucket, key);
  }

  /** Names the new version in the answer. */
  function answered(bucket: string, object: StoredObject): StoredObject {
    const reply = currentRequest()?.reply;
    reply?.headers(attributeHeaders(object));
    if (statusOf(bucket) !== undefined) reply?.header('x-amz-version-id', versionIdOf(object));
    return object;
  }
}

export function versioningStatus(
  { configurations }: Pick<Emulator, 'configurations'>,
  bucket: string,
): VersioningStatus {
  const document = configurations.get(bucket, 'versioning');
  return document === undefined ? undefined : parseVersioning(Buffer.from(document));
}

/** @throws MalformedXML for a status other than Enabled and Suspended */
export function parseVersioning(document: Buffer): VersioningStatus {
  const status = childText(parseXml(document, 'VersioningConfiguration'), 'Status')?.trim();
  if (status === undefined || status === 'Enabled' || status === 'Suspended') return status;
  throw malformedXml();
}

/** @throws InvalidArgument for an id that S3 cannot have given out */
export function requestedVersion(versionId: string | undefined): string | undefined {
  if (versionId === undefined || /^(?:null|[\w.-]{32})$/.test(versionId)) return versionId;
  throw invalidArgument(
    versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified',
  );
}

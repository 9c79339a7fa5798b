import type { Emulator } from '../emulator.ts';
import { S3Error, type DeletedObject } from '../fauxqs.ts';
import { checkMatch } from './conditions.ts';
import { malformedXml, noSuchBucket } from './errors.ts';
import { beforeS3, sendXml } from './requests.ts';
import { requestedVersion } from './versioning.ts';
import {
  childElements,
  childText,
  escapeXml,
  parseXml,
  S3_NAMESPACE,
  type XmlElement,
} from './xml.ts';

/** DeleteObjects: "a list of up to 1,000 keys". */
const MAX_KEYS = 1000;

/**
 * Upstream: a version cannot be deleted. In DeleteObjects every `<Key>` is deleted whatever its `<ETag>`, and some
 * references stay undecoded.
 */
export function deleteObjects({ app, s3, versions }: Emulator): void {
  beforeS3(app, ({ method, bucket, key, query }, reply) => {
    if (method !== 'DELETE' || key === '' || 'uploadId' in query) return false;
    if (!s3.hasBucket(bucket)) throw noSuchBucket();
    const deleted = s3.deleteObject(bucket, key, requestedVersion(query['versionId']));
    if (deleted.versionId !== undefined) reply.header('x-amz-version-id', deleted.versionId);
    if (deleted.deleteMarker) reply.header('x-amz-delete-marker', 'true');
    reply.code(204).send();
    return true;
  });

  beforeS3(app, ({ method, bucket, query, body }, reply) => {
    if (method !== 'POST' || !('delete' in query)) return false;
    if (!s3.hasBucket(bucket)) throw noSuchBucket();
    const root = parseXml(body, 'Delete');
    const objects = childElements(root, 'Object');
    if (objects.length === 0 || objects.length > MAX_KEYS) throw malformedXml();
    const quiet = childText(root, 'Quiet') === 'true';
    const results = objects.map((object) => deleteOne(bucket, object, quiet));
    return sendXml(reply, `<DeleteResult ${S3_NAMESPACE}>${results.join('')}</DeleteResult>`);
  });

  function deleteOne(bucket: string, object: XmlElement, quiet: boolean): string {
    const key = childText(object, 'Key');
    if (key === undefined) throw malformedXml();
    const requested = childText(object, 'VersionId');
    const version = requested === undefined ? '' : element('VersionId', requested);
    const named = element('Key', key) + version;
    try {
      const versionId = requestedVersion(requested);
      checkMatch(childText(object, 'ETag'), versions.find(bucket, key, versionId));
      const deleted = s3.deleteObject(bucket, key, versionId);
      return quiet ? '' : `<Deleted>${named}${marker(deleted)}</Deleted>`;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      return `<Error>${named}<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
    }
  }
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function marker({ versionId, deleteMarker }: DeletedObject): string {
  return deleteMarker && versionId
    ? `<DeleteMarker>true</DeleteMarker>${element('DeleteMarkerVersionId', versionId)}`
    : '';
}

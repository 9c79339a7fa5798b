import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { checkMatch } from './conditions.ts';
import { malformedXml, noSuchBucket, notImplemented } from './errors.ts';
import { beforeS3, sendXml } from './requests.ts';
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

/** Upstream: every `<Key>` is deleted whatever its `<ETag>`, and some references stay undecoded. */
export function deleteObjects({ app, s3 }: Emulator): void {
  beforeS3(app, ({ method, bucket, key, query, body }, reply) => {
    if (method !== 'POST' || key !== '' || !('delete' in query)) return false;
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
    const named = `<Key>${escapeXml(key)}</Key>`;
    try {
      if (childText(object, 'VersionId') !== undefined) throw notImplemented('object versions');
      checkMatch(childText(object, 'ETag'), s3.buckets.get(bucket)?.get(key));
      s3.deleteObject(bucket, key);
      return quiet ? '' : `<Deleted>${named}</Deleted>`;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      return `<Error>${named}<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
    }
  }
}

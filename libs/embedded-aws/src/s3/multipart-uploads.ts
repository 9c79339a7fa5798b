import type { Emulator } from '../emulator.ts';
import { invalidArgument, malformedXml, noSuchUpload } from './errors.ts';
import { beforeS3 } from './requests.ts';

/** UploadPart: "a positive integer between 1 and 10,000". */
const MAX_PART_NUMBER = 10_000;

/**
 * Upstream: a PUT with only one of `uploadId` and `partNumber` overwrites the object, an upload
 * answers under any bucket and key, and completing it without parts makes an empty object.
 */
export function multipartUploads({ app, s3 }: Emulator): void {
  beforeS3(app, ({ method, bucket, key, query: { uploadId, partNumber } }) => {
    if (method === 'PUT' && (uploadId !== undefined || partNumber !== undefined)) {
      const number = Number(partNumber);
      if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
        throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
      }
    }
    if (uploadId === undefined && (method !== 'PUT' || partNumber === undefined)) return false;
    const upload = s3.multipartUploads.get(uploadId ?? '');
    if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload();
    return false;
  });

  const complete = s3.completeMultipartUpload.bind(s3);
  s3.completeMultipartUpload = (uploadId, parts) => {
    if (parts.length === 0) throw malformedXml();
    return complete(uploadId, parts);
  };
}

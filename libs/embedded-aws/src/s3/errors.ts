/** S3's errors as the API reference ("Error responses") words them. */
import { S3Error, type S3Failure } from '../fauxqs.ts';

export function invalidArgument(message: string): S3Failure {
  return new S3Error('InvalidArgument', message, 400);
}

export function malformedXml(): S3Failure {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );
}

export function noSuchBucket(): S3Failure {
  return new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404);
}

export function noSuchKey(): S3Failure {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', 404);
}

export function noSuchUpload(): S3Failure {
  return new S3Error(
    'NoSuchUpload',
    'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
  );
}

export function notImplemented(what: string): S3Failure {
  return new S3Error('NotImplemented', `The embedded S3 does not implement ${what}.`, 501);
}

export function preconditionFailed(): S3Failure {
  return new S3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
  );
}

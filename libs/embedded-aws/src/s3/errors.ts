/** S3's errors as the API reference ("Error responses") words them, with details after that. */
import { S3Error, type S3Failure } from '../fauxqs.ts';

/** Adds elements after `Message`, as S3 does for some codes. */
function withDetails(
  failure: S3Failure,
  details: Readonly<Record<string, string | number>>,
): S3Failure {
  const toXml = failure.toXml.bind(failure);
  const elements = Object.entries(details).map(([name, value]) => `<${name}>${value}</${name}>`);
  failure.toXml = () => toXml().replace('</Message>', `</Message>${elements.join('')}`);
  return failure;
}

export function accessDenied(message: string): S3Failure {
  return new S3Error('AccessDenied', message, 403);
}

export function badDigest(what: string): S3Failure {
  return new S3Error(
    'BadDigest',
    `The ${what} you specified did not match the calculated checksum.`,
    400,
  );
}

export function contentSha256Mismatch(declared: string, computed: string): S3Failure {
  return new S3Error(
    'XAmzContentSHA256Mismatch',
    `The provided 'x-amz-content-sha256' header does not match what was computed: ${declared} is given, ${computed} is computed.`,
    400,
  );
}

export function entityTooLarge(bytes: number, max: number): S3Failure {
  const message = 'Your proposed upload exceeds the maximum allowed size';
  return withDetails(new S3Error('EntityTooLarge', message, 400), {
    ProposedSize: bytes,
    MaxSizeAllowed: max,
  });
}

export function entityTooSmall(bytes: number, min: number): S3Failure {
  const message = 'Your proposed upload is smaller than the minimum allowed size';
  return withDetails(new S3Error('EntityTooSmall', message, 400), {
    ProposedSize: bytes,
    MinSizeAllowed: min,
  });
}

export function incompleteBody(detail: string): S3Failure {
  return new S3Error(
    'IncompleteBody',
    `You did not provide the number of bytes specified by the Content-Length HTTP header. ${detail}`,
    400,
  );
}

/** `code` may be any of S3's codes with status 400. */
export function invalidRequest(message: string, code = 'InvalidRequest'): S3Failure {
  return new S3Error(code, message, 400);
}

export function invalidArgument(message: string): S3Failure {
  return new S3Error('InvalidArgument', message, 400);
}

/** Of an archived object that was not restored. */
export function invalidObjectState(storageClass: string): S3Failure {
  return withDetails(
    new S3Error(
      'InvalidObjectState',
      "The operation is not valid for the object's storage class",
      403,
    ),
    { StorageClass: storageClass },
  );
}

export function objectNotInActiveTier(): S3Failure {
  return new S3Error(
    'ObjectNotInActiveTierError',
    'The source object of the COPY operation is not in the active tier and is only stored in Amazon S3 Glacier.',
    403,
  );
}

export function invalidPart(): S3Failure {
  return new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
    400,
  );
}

export function malformedTrailer(detail: string): S3Failure {
  return new S3Error(
    'MalformedTrailerError',
    `The request contained trailing data that was not well-formed or did not conform to our published schema: ${detail}.`,
    400,
  );
}

export function malformedXml(): S3Failure {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );
}

export function methodNotAllowed(): S3Failure {
  return new S3Error(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
  );
}

export function missingDecodedLength(): S3Failure {
  return new S3Error(
    'MissingContentLength',
    'You must provide the x-amz-decoded-content-length HTTP header.',
    411,
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

export function noSuchVersion(): S3Failure {
  return new S3Error('NoSuchVersion', 'The specified version does not exist.', 404);
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

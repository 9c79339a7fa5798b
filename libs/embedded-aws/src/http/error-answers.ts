import type { FastifyError } from 'fastify';

import { isStorageFailure } from '../data-directory.ts';
import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { s3RequestOf } from '../s3/requests.ts';

/**
 * Upstream: an error that its handlers do not throw is answered in Fastify's JSON, to S3 clients
 * too. A full disk is 507 InsufficientStorage: SDKs report it at once, where they repeat a 500.
 */
export function errorAnswers({ app, maxBodyBytes }: Emulator): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const failure = error instanceof S3Error ? error : asS3Error(error);
    reply.code(failure.statusCode);
    // A preflight is a request to S3: SQS has no CORS.
    const isS3 = s3RequestOf(request) !== undefined || request.method === 'OPTIONS';
    if (!isS3) return reply.send(asSqs(error));
    // Nothing is stored, so no version can be named.
    if (failure.statusCode >= 500) reply.removeHeader('x-amz-version-id');
    return reply.type('application/xml').send(failure.toXml());
  });

  function asS3Error(error: FastifyError) {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const message = `Your proposed upload exceeds the maximum allowed size of ${maxBodyBytes} bytes`;
      return new S3Error('EntityTooLarge', message, 400);
    }
    if (isStorageFailure(error))
      return new S3Error('InsufficientStorage', storageMessage(error), 507);
    const status = error.statusCode ?? 500;
    return new S3Error(status < 500 ? 'InvalidRequest' : 'InternalError', error.message, status);
  }
}

function asSqs(error: FastifyError): object {
  if (isStorageFailure(error)) {
    return { __type: 'com.amazon.coral.service#InternalFailure', message: storageMessage(error) };
  }
  const type = error instanceof SyntaxError ? 'SerializationException' : 'InternalFailure';
  return { __type: `com.amazon.coral.service#${type}`, message: error.message };
}

function storageMessage(error: Error): string {
  return `The data directory cannot be written: ${error.message}. Nothing of this request is stored. Free disk space, then repeat the request.`;
}

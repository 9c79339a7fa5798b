import type { FastifyError } from 'fastify';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { s3RequestOf } from '../s3/requests.ts';

/** Upstream: what is not thrown inside its handlers is answered in Fastify's JSON, to S3 too. */
export function errorAnswers({ app, maxBodyBytes }: Emulator): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const failure = error instanceof S3Error ? error : asS3Error(error);
    reply.code(failure.statusCode);
    if (s3RequestOf(request) === undefined) return reply.send(asSqs(error));
    if (request.method === 'HEAD') return reply.send();
    return reply.type('application/xml').send(failure.toXml());
  });

  function asS3Error(error: FastifyError) {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const message = `Your proposed upload exceeds the maximum allowed size of ${maxBodyBytes} bytes`;
      return new S3Error('EntityTooLarge', message, 400);
    }
    const status = error.statusCode ?? 500;
    return new S3Error(status < 500 ? 'InvalidRequest' : 'InternalError', error.message, status);
  }
}

function asSqs(error: FastifyError): object {
  const type = error instanceof SyntaxError ? 'SerializationException' : 'InternalFailure';
  return { __type: `com.amazon.coral.service#${type}`, message: error.message };
}

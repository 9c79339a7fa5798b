import type { FastifyRequest } from 'fastify';

import type { Emulator } from '../emulator.ts';

/**
 * Upstream: bodies are limited to 11 MiB, an upload with the type of JSON or a form is parsed, and
 * an upload with an invalid media type is 415. Here a body is bytes, whatever its type. Only bodies
 * that are posted to `/` (SQS, STS, EventBridge, Systems Manager) are parsed.
 */
export function requestBodies({ app, maxBodyBytes }: Emulator): void {
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: maxBodyBytes },
    (_request, body, done) => done(null, body),
  );

  // Fastify chooses the parser by this header. Hidden from Fastify, it is only metadata for S3.
  const contentTypes = new WeakMap<FastifyRequest, string | undefined>();
  app.addHook('onRequest', (request, _reply, done) => {
    contentTypes.set(request, request.headers['content-type']);
    delete request.headers['content-type'];
    done();
  });

  app.addHook('preValidation', (request, _reply, done) => {
    const contentType = contentTypes.get(request);
    request.headers['content-type'] = contentType;
    try {
      if (request.routeOptions.url === '/') request.body = parse(contentType, request.body);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** JSON, or a form: fauxqs refuses other types. */
function parse(contentType: string | undefined, body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  return contentType?.startsWith('application/x-amz-json-1.')
    ? JSON.parse(text)
    : Object.fromEntries(new URLSearchParams(text));
}

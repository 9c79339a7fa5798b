import type { FastifyRequest } from 'fastify';

import type { Emulator } from '../emulator.ts';

/**
 * Upstream: bodies end at 11 MiB, an upload that calls itself JSON or a form is parsed as one,
 * and one whose type is no media type is 415. Here every body is bytes of whatever type; only
 * what is posted to `/` (SQS, STS) is parsed.
 */
export function requestBodies({ app, maxBodyBytes }: Emulator): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: maxBodyBytes },
    (_request, body, done) => done(null, body),
  );

  // Fastify chooses the parser by this header: hidden from it, it is for S3 to judge.
  const contentTypes = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', (request, _reply, done) => {
    const contentType = request.headers['content-type'];
    if (contentType !== undefined) contentTypes.set(request, contentType);
    delete request.headers['content-type'];
    done();
  });

  app.addHook('preValidation', (request, _reply, done) => {
    const contentType = contentTypes.get(request);
    if (contentType !== undefined) request.headers['content-type'] = contentType;
    try {
      if (request.method === 'POST' && request.routeOptions.url === '/') {
        request.body = parse(contentType ?? '', request.body);
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

function parse(contentType: string, body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : '';
  if (contentType.includes('application/x-amz-json-1.0')) return JSON.parse(text);
  if (contentType.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  return body;
}

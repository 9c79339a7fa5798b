import type { FastifyRequest } from 'fastify';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs-internals.ts';
import { allowingRule, isLocalOrigin, isThisMachine, parseCors, type CorsRule } from './origins.ts';

/** What a page of this machine may do. */
const LOCAL_RULE: CorsRule = {
  origins: ['*'],
  methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  headers: ['*'],
  exposed: ['ETag', 'Content-Range', 'Accept-Ranges', 'x-amz-request-id'],
  maxAgeSeconds: '3000',
};

/**
 * Upstream: a preflight is 404, so no page can upload, while any page can send what needs none.
 * Here pages of this machine may do everything and others what the bucket's CORS configuration
 * allows. All else is refused, not only left without headers: nobody checks signatures here, so
 * a page from the internet could otherwise write to (or, by a name of its own that leads to
 * 127.0.0.1, read from) the embedded AWS of whoever looks at it.
 */
export function cors({ app, configurations }: Emulator): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { host, origin } = request.headers;
    if (host !== undefined && !isThisMachine(host)) return done(forbidden(`the host ${host}`));
    if (origin === undefined) return done();
    const rule = ruleFor(request, origin);
    if (rule === undefined) return done(forbidden(`the origin ${origin}`));
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': rule.exposed.join(', '),
      vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    });
    if (request.method !== 'OPTIONS') return done();
    reply.headers({
      'access-control-allow-methods': rule.methods.join(', '),
      'access-control-allow-headers': requestedHeaders(request).join(', '),
      ...(rule.maxAgeSeconds && { 'access-control-max-age': rule.maxAgeSeconds }),
    });
    done();
  });

  app.options('/*', (_request, reply) => reply.code(200).send());

  function ruleFor(request: FastifyRequest, origin: string): CorsRule | undefined {
    if (isLocalOrigin(origin)) return LOCAL_RULE;
    const bucket = request.url.split(/[/?]/, 2)[1] ?? '';
    const method = request.headers['access-control-request-method'] ?? request.method;
    const rules = parseCors(configurations.get(bucket, 'cors'));
    return allowingRule(rules, origin, method, requestedHeaders(request));
  }
}

function requestedHeaders(request: FastifyRequest): string[] {
  return (request.headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function forbidden(who: string): Error {
  return new S3Error('AccessForbidden', `The embedded AWS does not serve ${who}.`, 403);
}

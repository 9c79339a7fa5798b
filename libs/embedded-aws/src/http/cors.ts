import type { FastifyRequest } from 'fastify';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { childElements, childText, childTexts, parseXml } from '../s3/xml.ts';

/** What pages of this machine may do. */
const LOCAL_RULE: CorsRule = {
  origins: ['*'],
  methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  headers: ['*'],
  exposed: ['ETag', 'Content-Range', 'Accept-Ranges', 'x-amz-request-id'],
  maxAgeSeconds: '3000',
};

/**
 * Upstream: a preflight is 404, so no page can upload, but any page can send simple requests. Here
 * pages of this machine may do everything, and others what the bucket's CORS configuration allows.
 * All other requests are rejected, because signatures are not checked: otherwise a page from the
 * internet could write to the embedded AWS of its visitor, or read from it by DNS rebinding.
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

/** Who may call: names of this machine, and what a bucket's CORS configuration allows. */

export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: string | undefined;
}

/** `localhost`, `x.localhost`, 127.0.0.0/8 and `::1`, with or without a port. */
export function isThisMachine(host: string): boolean {
  return /^(?:(?:[a-z0-9-.]+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}

export function isLocalOrigin(origin: string): boolean {
  const [, host] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
  return host !== undefined && isThisMachine(host);
}

/** The rules of a stored CORS configuration; `undefined` has no rules. */
export function parseCors(document: string | undefined): CorsRule[] {
  if (document === undefined) return [];
  const root = parseXml(Buffer.from(document), 'CORSConfiguration');
  return childElements(root, 'CORSRule').map((rule) => ({
    origins: childTexts(rule, 'AllowedOrigin'),
    methods: childTexts(rule, 'AllowedMethod'),
    headers: childTexts(rule, 'AllowedHeader'),
    exposed: childTexts(rule, 'ExposeHeader'),
    maxAgeSeconds: childText(rule, 'MaxAgeSeconds'),
  }));
}

/** The first rule that allows the request, as S3 looks for it (user guide, "Using CORS"). */
export function allowingRule(
  rules: readonly CorsRule[],
  origin: string,
  method: string,
  requestedHeaders: readonly string[],
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.methods.includes(method) &&
      rule.origins.some((pattern) => matches(pattern, origin)) &&
      requestedHeaders.every((name) => rule.headers.some((pattern) => matches(pattern, name))),
  );
}

/** One `*` matches any text. Case is ignored. */
function matches(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.toLowerCase().split('*');
  const lower = text.toLowerCase();
  if (end === undefined) return lower === start;
  return (
    lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end)
  );
}

import type { FastifyRequest } from 'fastify';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { invalidRequest, malformedXml } from '../s3/errors.ts';
import { childElements, childText, childTexts, parseXml } from '../s3/xml.ts';

/** What the pages of `trustedOrigins` may do. */
const TRUSTED_RULE: CorsRule = {
  origins: ['http*'],
  methods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
  headers: ['*'],
  exposed: ['ETag', 'Content-Range', 'Accept-Ranges', 'x-amz-request-id'],
  maxAgeSeconds: '3000',
};

/**
 * Upstream: a preflight is 404, so no page can upload, but any page can send simple requests. Here
 * the bucket's CORS configuration decides, as in S3: without a matching rule a preflight is 403,
 * and other requests of pages on this machine are answered without CORS headers. Requests of other
 * pages are then rejected, because signatures are not checked: otherwise a page from the internet
 * could write to the embedded AWS of its visitor, or read from it by DNS rebinding.
 */
export function cors({ app, configurations, isTrustedOrigin }: Emulator): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { host, origin } = request.headers;
    if (host !== undefined && !isThisMachine(host)) return done(forbidden(`the host ${host}`));
    if (origin === undefined) return done();
    const rules = rulesFor(request, origin);
    const { headers, method } = request;
    const asked = headers['access-control-request-method'] ?? method;
    const rule = allowingRule(rules, origin, asked, requestedHeaders(request));
    reply.header('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method');
    if (rule !== undefined) {
      reply.headers(answerHeaders(rule, origin));
      const names = requestedHeaders(request).join(', ');
      if (names !== '') reply.header('access-control-allow-headers', names);
      return done();
    }
    if (!isLocalOrigin(origin)) return done(forbidden(`the origin ${origin}`));
    if (method === 'OPTIONS')
      return done(
        headers['access-control-request-method'] === undefined
          ? insufficient('Access-Control-Request-Method')
          : preflightRefused(rules),
      );
    done();
  });

  app.options('/*', (request, reply) => {
    if (request.headers.origin === undefined) throw insufficient('Origin');
    return reply.send();
  });

  function rulesFor(request: FastifyRequest, origin: string): CorsRule[] {
    if (isTrustedOrigin(origin)) return [TRUSTED_RULE];
    const bucket = request.url.split(/[/?]/, 2)[1] ?? '';
    const document = configurations.get(bucket, 'cors');
    return document === undefined ? [] : parseCors(Buffer.from(document));
  }
}

/** S3 answers `*` only to a rule that is exactly `*`, and then without credentials. */
function answerHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const forAll = rule.origins.find((pattern) => matches(pattern, origin)) === '*';
  return {
    'access-control-allow-origin': forAll ? '*' : origin,
    ...(!forAll && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': rule.methods.join(', '),
    ...(rule.exposed.length > 0 && { 'access-control-expose-headers': rule.exposed.join(', ') }),
    ...(rule.maxAgeSeconds !== undefined && { 'access-control-max-age': rule.maxAgeSeconds }),
  };
}

function preflightRefused(rules: readonly CorsRule[]): Error {
  const message =
    rules.length === 0
      ? 'CORSResponse: CORS is not enabled for this bucket.'
      : 'CORSResponse: This CORS request is not allowed. No rule allows its origin, its method and all of its headers.';
  return new S3Error('AccessForbidden', message, 403);
}

function insufficient(name: string): Error {
  const message = `Insufficient information. ${name} request header needed.`;
  return new S3Error('BadRequest', message, 400);
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
  return isThisMachine(/^https?:\/\/([^/]+)$/.exec(origin)?.[1] ?? '');
}

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];
/** API reference, "PutBucketCors". */
const MAX_RULES = 100;

/**
 * The rules of a CORS configuration.
 *
 * @throws MalformedXML or InvalidRequest for a configuration that S3 rejects
 */
export function parseCors(document: Buffer): CorsRule[] {
  const root = parseXml(document, 'CORSConfiguration');
  const rules = childElements(root, 'CORSRule').map((rule) => ({
    origins: childTexts(rule, 'AllowedOrigin'),
    methods: childTexts(rule, 'AllowedMethod'),
    headers: childTexts(rule, 'AllowedHeader'),
    exposed: childTexts(rule, 'ExposeHeader'),
    maxAgeSeconds: childText(rule, 'MaxAgeSeconds'),
  }));
  if (rules.length === 0 || rules.length > MAX_RULES) throw malformedXml();
  for (const rule of rules) checkRule(rule);
  return rules;
}

function checkRule({ origins, methods, headers, exposed }: CorsRule): void {
  if (origins.length === 0 || methods.length === 0) throw malformedXml();
  for (const method of methods)
    if (!METHODS.includes(method))
      throw invalidRequest(
        `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
      );
  for (const [element, patterns] of [
    ['AllowedOrigin', origins],
    ['AllowedHeader', headers],
  ] as const)
    for (const pattern of patterns)
      if (pattern.split('*').length > 2)
        throw invalidRequest(`${element} "${pattern}" can not have more than one wildcard.`);
  for (const name of exposed)
    if (name.includes('*'))
      throw invalidRequest(
        `ExposeHeader "${name}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
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

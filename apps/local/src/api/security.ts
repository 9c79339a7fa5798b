import type { FastifyInstance } from 'fastify';

/** Names under which a browser on this machine may ask. */
const LOCAL_HOSTS = new Set(['127.0.0.1', 'localhost']);

/**
 * A page of any site can have its own name resolved to 127.0.0.1 ("DNS rebinding") and would then read this API as its
 * own; it cannot choose the `Host` header.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOCAL_HOSTS.has(host.replace(/:\d{1,5}$/, '').toLowerCase());
}

/**
 * @param endpoint origin of the S3 API, once it is known: the page uploads to it and shows pictures from it
 */
export function contentSecurityPolicy(endpoint: string | undefined): string {
  const s3 = endpoint === undefined ? '' : ` ${new URL(endpoint).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // data: placeholders, drawn from a ThumbHash; blob: pictures on their way up
    `img-src 'self' data: blob:${s3}`,
    `connect-src 'self'${s3}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Refuses what does not come from this machine's browser by a local name, and sends the headers that keep it there. */
export function secure(app: FastifyInstance, endpoint: () => string | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy(endpoint()),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    if (!isLocalHost(request.headers.host))
      await reply
        .code(403)
        .send({ error: 'This address is for 127.0.0.1 and localhost only', code: 'FOREIGN_HOST' });
  });
}

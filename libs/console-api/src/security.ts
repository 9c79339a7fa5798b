import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Names under which a browser on this machine may ask. */
const LOCAL_HOSTS = new Set(['127.0.0.1', 'localhost']);

/**
 * A page of any site can have its own name resolved to 127.0.0.1 ("DNS rebinding") and would then read this API as its
 * own; it cannot choose the `Host` header.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOCAL_HOSTS.has(host.replace(/:\d{1,5}$/, '').toLowerCase());
}

/** The page loads everything from its own origin. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // data: placeholders, drawn from a ThumbHash; blob: pictures on their way up
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For objects of the buckets: an SVG or HTML file that is opened in a tab runs nothing and loads nothing. */
const OBJECT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A sandbox keeps the viewers of browsers from opening a PDF. They run its scripts, if at all, apart from the origin. */
const PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** The headers of an object of a bucket: a client chooses its type, and a browser must not take it for a page or a script. */
export function objectHeaders(type = ''): {
  'content-security-policy': string;
  'content-type': string;
} {
  const isPdf = type === 'application/pdf';
  const isSafe = isPdf || /^(image\/[\w.+-]+|application\/json|text\/plain)$/.test(type);
  return {
    'content-security-policy': isPdf ? PDF_POLICY : OBJECT_POLICY,
    'content-type': isSafe ? type : 'application/octet-stream',
  };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route writes neither to the stack nor to its file: it needs no token. */
    changesNothing?: boolean;
  }
}

const READS = new Set(['GET', 'HEAD']);

/** The token that write actions need. A new one for each start; only the browser that loaded the page has it. */
export class WriteToken {
  readonly #token = randomBytes(32).toString('base64url');
  readonly #isWritable: boolean;

  constructor(isWritable: boolean) {
    this.#isWritable = isWritable;
  }

  /** Browsers share cookies between ports, so the name contains the port. */
  #nameOf(request: FastifyRequest): string {
    return `darkroom-${request.socket.localPort ?? 0}`;
  }

  /** Gives the token to a page that is loaded from this origin. Scripts cannot read it. */
  give(request: FastifyRequest, reply: FastifyReply): void {
    if (!this.#isWritable) return;
    reply.header(
      'set-cookie',
      `${this.#nameOf(request)}=${this.#token}; Path=/api; HttpOnly; SameSite=Strict`,
    );
  }

  /** @returns undefined if the request may write */
  refusal(request: FastifyRequest): Refusal | undefined {
    if (!this.#isWritable)
      return {
        code: 'READ_ONLY',
        error: 'This console only reads. Start it with --write to change the stack.',
      };
    const prefix = `${this.#nameOf(request)}=`;
    const cookies = (request.headers.cookie ?? '').split(/; */);
    const given = Buffer.from(
      cookies.find((text) => text.startsWith(prefix))?.slice(prefix.length) ?? '',
    );
    const wanted = Buffer.from(this.#token);
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) return undefined;
    return {
      code: 'NO_TOKEN',
      error: 'The console was started again. Load the page again, then repeat the action.',
    };
  }
}

interface Refusal {
  readonly code: string;
  readonly error: string;
}

/**
 * Refuses requests under foreign host names, of pages of other origins, and writes without the token. Sends the headers
 * that keep the page in this browser.
 */
export function secure(app: FastifyInstance, token: WriteToken): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    const { host, origin } = request.headers;
    const refusal = !isLocalHost(host)
      ? { error: 'This address is for 127.0.0.1 and localhost only', code: 'FOREIGN_HOST' }
      : origin !== undefined && origin !== `http://${host}`
        ? { error: 'Pages of other origins have no access', code: 'FOREIGN_ORIGIN' }
        : READS.has(request.method) || request.routeOptions.config.changesNothing
          ? undefined
          : token.refusal(request);
    if (refusal) await reply.code(403).send(refusal);
  });
}

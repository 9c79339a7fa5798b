import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  /** Decoded. Empty: the request is about the bucket. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The S3 view of a request; `undefined` for SQS, STS and ListBuckets. */
export function s3RequestOf(request: FastifyRequest): S3Request | undefined {
  const { bucket, '*': key } = request.params as { bucket?: string; '*'?: string };
  if (bucket === undefined) return undefined;
  return {
    method: request.method,
    bucket,
    key: key ?? '',
    query: firstValues(request.query as Record<string, string | string[]>),
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}

function firstValues(query: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value[0] : value) ?? '',
    ]),
  );
}

/** Runs on every S3 request before fauxqs: answers it and returns true, or leaves it. */
export type S3Answer = (s3: S3Request, reply: FastifyReply, request: FastifyRequest) => boolean;

export function beforeS3(app: FastifyInstance, answer: S3Answer): void {
  app.addHook('preHandler', (request, reply, done) => {
    const s3 = s3RequestOf(request);
    try {
      if (s3 === undefined || !answer(s3, reply, request)) done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** One header's value; the first one if the client sends it repeatedly. */
export function header(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Whether a browser's form sends the body. */
export function isForm(headers: IncomingHttpHeaders): boolean {
  return /^multipart\/form-data/i.test(headers['content-type'] ?? '');
}

export function sendXml(reply: FastifyReply, xml: string): true {
  reply.type('application/xml').send(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
  return true;
}

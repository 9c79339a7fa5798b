import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';

export interface CannedRequest {
  /** `PUT /bucket/key?x-id=PutObject` */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: CannedRequest) => void;

export interface CannedAws {
  readonly url: string;
  /** In the order of their arrival. */
  readonly requests: readonly CannedRequest[];
  /** Answers the next requests in this order; the last one answers all that follow. */
  answer(...answers: readonly Answer[]): void;
  close(): Promise<void>;
}

/** A server with prepared answers, and environment variables that point AWS clients to it. */
export async function startCannedAws(): Promise<CannedAws> {
  const requests: CannedRequest[] = [];
  let answers: Answer[] = [];
  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headers } = incoming;
    const request = { line: `${method} ${url}`, headers, body: await text(incoming) };
    requests.push(request);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(response, request);
  };
  const server = createServer((incoming, response) => void respond(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return {
    url,
    requests,
    answer(...given) {
      requests.length = 0;
      answers = [...given];
    },
    async close() {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** @param body XML, JSON, or nothing */
export function status(
  code: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Answer {
  return (response) => void response.writeHead(code, headers).end(body);
}

/** An error as S3 words it. */
export function s3Error(code: number, name: string, message = 'as told'): Answer {
  const xml = `<?xml version="1.0"?><Error><Code>${name}</Code><Message>${message}</Message></Error>`;
  return status(code, { 'content-type': 'application/xml' }, xml);
}

/** The connection ends in the middle, as when a network fails. */
export const reset: Answer = (response) => void response.destroy();

/** Nothing is ever answered. */
export const silence: Answer = () => {};

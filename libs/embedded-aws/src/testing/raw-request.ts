import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface OpenRequest {
  send(chunk: string): void;
  end(chunk?: string): void;
  /** Hangs up; resolves when the server has seen it. */
  hangUp(): Promise<void>;
  readonly answer: Promise<RawAnswer>;
  /** Resolves with the server's `100 Continue`: it has seen the request's head. */
  readonly continued: Promise<void>;
}

/** A request that the test keeps in its hands, with the path exactly as given. */
export function openRequest(
  endpoint: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
): OpenRequest {
  const { hostname, port } = new URL(endpoint);
  const outgoing = request({ hostname, port, method, path, headers });
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
  });
  const continued = new Promise<void>((resolve) => outgoing.once('continue', () => resolve()));
  return {
    send: (chunk) => void outgoing.write(chunk),
    end: (chunk) => void outgoing.end(chunk),
    hangUp: () =>
      new Promise<void>((resolve) => {
        if (outgoing.closed) return resolve();
        outgoing.once('close', () => resolve());
        outgoing.socket?.end();
      }),
    answer,
    continued,
  };
}

export function rawRequest(
  endpoint: string,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: string,
): Promise<RawAnswer> {
  const open = openRequest(endpoint, method, path, headers);
  open.end(body);
  return open.answer;
}

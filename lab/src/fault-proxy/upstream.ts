import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface WholeRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WholeResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Headers of one connection, not of the request (RFC 9110, 7.6.1), or generated again. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'expect',
  'host',
  'content-length',
]);

export function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name)));
}

/** The AWS endpoint behind the proxy. It changes with a restart. */
export class Upstream {
  #agent = new Agent({ keepAlive: true });
  #endpoint: URL | undefined;

  /** @param endpoint undefined while it is down */
  moveTo(endpoint: string | undefined): void {
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true });
    this.#endpoint = endpoint === undefined ? undefined : new URL(endpoint);
  }

  close(): void {
    this.moveTo(undefined);
  }

  /**
   * @param signal aborts the request
   * @throws an error of the connection, also while AWS is down
   */
  send({ method, url, headers, body }: WholeRequest, signal?: AbortSignal): Promise<WholeResponse> {
    const endpoint = this.#endpoint;
    return new Promise((resolve, reject) => {
      if (!endpoint) throw new Error('The AWS behind the proxy is down');
      const outgoing = httpRequest(
        {
          agent: this.#agent,
          host: endpoint.hostname,
          port: endpoint.port,
          method,
          path: url,
          headers: { ...passedOn(headers), 'content-length': String(body.length) },
          ...(signal && { signal }),
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () =>
            resolve({
              status: incoming.statusCode ?? 502,
              headers: incoming.headers,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }
}

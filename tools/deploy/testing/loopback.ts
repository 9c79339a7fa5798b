import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server in place of AWS's services with these names; the SDK finds it by the environment. */
export async function inPlaceOf(
  services: readonly string[],
  answer: (request: IncomingMessage) => Answer,
): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    const { status, headers, body } = answer(request);
    response.writeHead(status, headers).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
    vi.unstubAllEnvs();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const service of services) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
}

/** @returns who has signed a request, and for what: `KEY REGION SERVICE` */
export function signatureOf({ headers }: IncomingMessage): string {
  const signed = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)/.exec(headers.authorization ?? '');
  return (signed ?? []).slice(1).join(' ');
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LambdaOptions } from '@darkroom/local-lambda';
import { onTestFinished } from 'vitest';

/**
 * Receives events in the place of EventBridge or of the user's server, until the test ends.
 *
 * @param receive what to do with a request; its answer
 * @returns the address
 */
export async function startReceiver(
  receive: (body: string, headers: IncomingHttpHeaders) => { status: number; body?: object },
): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((received) => {
      const { status, body } = receive(received, request.headers);
      response.writeHead(status, body && { 'content-type': 'application/x-amz-json-1.1' });
      response.end(body && JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The answer of EventBridge to one event. */
export function eventBusAnswer(isRefused = false): { status: number; body: object } {
  const entry = isRefused ? { ErrorCode: 'InternalFailure' } : { EventId: '1' };
  return { status: 200, body: { FailedEntryCount: isRefused ? 1 : 0, Entries: [entry] } };
}

/** The functions send their events to this address instead of EventBridge. */
export function withEventBus(url: string) {
  return (options: LambdaOptions): LambdaOptions => ({
    ...options,
    functions: options.functions.map((spec) => ({
      ...spec,
      environment: { ...spec.environment, AWS_ENDPOINT_URL_EVENTBRIDGE: url },
    })),
  });
}

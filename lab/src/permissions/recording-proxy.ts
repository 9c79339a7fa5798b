import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorResponse } from '../fault-proxy/error-responses.ts';
import { passedOn, Upstream, type WholeResponse } from '../fault-proxy/upstream.ts';
import { readCall, type RecordedCall } from './recorded-call.ts';

/** Lambda sets `AWS_EXECUTION_ENV`, and the SDK sends it. All other calls are those of the event source mapping. */
const OF_THE_FUNCTION = /exec-env\/AWS_Lambda_/;
const NO_EVENT_BUS = /^AWSEvents\.PutEvents$/;

/** A proxy between the function and AWS that records every call of the function. */
export interface RecordingProxy {
  /** For the function and its event source mapping. */
  readonly endpoint: string;
  readonly calls: readonly RecordedCall[];
  /** Where the calls go. */
  connect(endpoint: string): void;
  /** @throws the error of a call that could not be read */
  stop(): Promise<void>;
}

/**
 * @param refuse says whether S3 fails at a call, which is recorded all the same: a worker has to try again later
 */
export async function startRecordingProxy(
  refuse: (call: { readonly method: string; readonly url: string }) => boolean,
): Promise<RecordingProxy> {
  const upstream = new Upstream();
  const calls: RecordedCall[] = [];
  const failures: unknown[] = [];

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming;
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
    const answer =
      eventBusAnswer(incoming, body) ??
      (refuse({ method, url })
        ? errorResponse('internal-error', {
            actor: 'function',
            operation: method,
            place: 'elsewhere',
          })
        : await upstream.send({ method, url, headers, body }, gone.signal));
    if (OF_THE_FUNCTION.test(headers['user-agent'] ?? '')) {
      try {
        calls.push(readCall({ method, url, headers, body, status: answer.status }));
      } catch (error) {
        failures.push(error);
      }
    }
    const length = method === 'HEAD' ? answer.headers['content-length'] : answer.body.length;
    const hasLength = answer.status !== 204 && answer.status !== 304 && length !== undefined;
    outgoing.writeHead(answer.status, {
      ...passedOn(answer.headers),
      ...(hasLength && { 'content-length': length }),
    });
    outgoing.end(method === 'HEAD' ? undefined : answer.body);
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // Long polls wait as long as they like.
  server.requestTimeout = 0;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    connect: (endpoint) => upstream.moveTo(endpoint),
    async stop() {
      upstream.close();
      server.closeAllConnections();
      await once(server.close(), 'close');
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** The embedded AWS has no EventBridge: the bus takes every event (API reference, "PutEvents"). */
function eventBusAnswer({ headers }: IncomingMessage, body: Buffer): WholeResponse | undefined {
  if (!NO_EVENT_BUS.test(String(headers['x-amz-target']))) return undefined;
  const { Entries } = JSON.parse(body.toString()) as { Entries: unknown[] };
  const taken = Entries.map((_, index) => ({ EventId: `00000000-0000-0000-0000-${index}` }));
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: Buffer.from(JSON.stringify({ FailedEntryCount: 0, Entries: taken })),
  };
}

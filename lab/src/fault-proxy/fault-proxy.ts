import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeRequest, type Actor, type AwsRequest, type BucketNames } from './aws-request.ts';
import { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import { Holds } from './holds.ts';
import { Journal } from './journal.ts';
import { Upstream } from './upstream.ts';

interface FaultProxyEvents {
  /** A request has arrived. */
  request: [AwsRequest];
}

/**
 * Passes requests between the clients of S3 and SQS and the embedded AWS, and injects the planned faults. Its endpoints
 * stay the same while the embedded AWS is killed and restarted on another port.
 */
export class FaultProxy extends EventEmitter<FaultProxyEvents> {
  readonly faults: Faults;
  readonly journal = new Journal();
  readonly holds = new Holds();
  readonly upstream = new Upstream();
  readonly #servers = new Map<Actor, Server>();
  #buckets: BucketNames | undefined;

  private constructor(faults: Faults) {
    super();
    this.faults = faults;
  }

  static async start(faults: Faults): Promise<FaultProxy> {
    const proxy = new FaultProxy(faults);
    for (const actor of ['application', 'function'] as const) {
      const server = createServer((request, response) => {
        void proxy.#handle(actor, request, response);
      });
      // Long polls may take any time.
      server.requestTimeout = 0;
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      proxy.#servers.set(actor, server);
    }
    return proxy;
  }

  /** `http://127.0.0.1:PORT`: S3 and SQS of this actor. */
  endpoint(actor: Actor): string {
    const { port } = this.#servers.get(actor)?.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** @param endpoint of the embedded AWS; undefined while it is down */
  connect(endpoint: string | undefined, buckets?: BucketNames): void {
    this.upstream.moveTo(endpoint);
    this.#buckets = buckets ?? this.#buckets;
  }

  async stop(): Promise<void> {
    this.upstream.close();
    for (const server of this.#servers.values()) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  async #handle(actor: Actor, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = describeRequest(actor, this.#buckets, incoming);
    this.emit('request', request);
    await new Exchange(this, request, incoming, outgoing).run();
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Faults, PlannedFault } from './faults.ts';
import type { AwsRequest } from './aws-request.ts';
import { errorResponse, isErrorFault } from './error-responses.ts';
import type { Holds } from './holds.ts';
import type { Journal } from './journal.ts';
import { claimDeleted, duplicate, holdBack, messagesOf } from './queue-faults.ts';
import { passedOn, type Upstream, type WholeRequest, type WholeResponse } from './upstream.ts';

/** Milliseconds; shorter than every time limit of the function's requests. */
const LONGEST_DELAY_MS = 1_500;

/** Parts of the proxy that an exchange uses. */
export interface ExchangeContext {
  readonly faults: Faults;
  readonly journal: Journal;
  readonly holds: Holds;
  readonly upstream: Upstream;
}

/** One request and its response on their way through the proxy, with at most one fault. */
export class Exchange {
  readonly #proxy: ExchangeContext;
  readonly #request: AwsRequest;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #fault: PlannedFault | undefined;
  readonly #senderGone = new AbortController();
  /** Whether the fault was injected. Some faults need a body, for example. */
  #injected = false;

  constructor(
    proxy: ExchangeContext,
    request: AwsRequest,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ) {
    this.#proxy = proxy;
    this.#request = request;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#fault = proxy.faults.next(request);
    outgoing.once('close', () => this.#senderGone.abort());
  }

  async run(): Promise<void> {
    let status: number | undefined;
    try {
      status = await this.#pass();
    } catch {
      // The sender or the server is gone. Both look like a broken connection.
      this.#breakConnection();
    }
    this.#proxy.journal.add(this.#request, this.#injected ? this.#fault?.kind : undefined, status);
  }

  /** @returns the status of the response; undefined if there is none */
  async #pass(): Promise<number | undefined> {
    if (this.#injects('request-reset')) return this.#breakConnection();
    const whole = await this.#readRequest();
    const isLate = await this.#proxy.holds.pass(this.#request);
    if (this.#injects('delay'))
      await delay(this.#size * LONGEST_DELAY_MS, undefined, { signal: this.#senderGone.signal });
    // A request is not performed once its sender has given it up. The protocol relies on that (docs/reconcile.md, i).
    if (this.#senderGone.signal.aborted && !isLate) return undefined;
    return this.#answer(await this.#respond(whole));
  }

  async #respond(whole: WholeRequest): Promise<WholeResponse> {
    const kind = this.#fault?.kind;
    if (kind !== undefined && isErrorFault(kind)) {
      this.#injected = true;
      return errorResponse(kind, this.#request);
    }
    if (this.#injects('deletion-forgotten')) return claimDeleted(whole);
    if (kind === 'request-corrupted' && whole.body.length > 0) {
      this.#injected = true;
      return this.#proxy.upstream.send({ ...whole, body: this.#corrupted(whole.body) });
    }
    const isLongPoll = this.#request.operation === 'ReceiveMessage';
    const response = await this.#proxy.upstream.send(
      whole,
      isLongPoll ? this.#senderGone.signal : undefined,
    );
    return isLongPoll ? this.#deliver(whole, response) : response;
  }

  async #deliver(whole: WholeRequest, response: WholeResponse): Promise<WholeResponse> {
    const { upstream, journal } = this.#proxy;
    const messages = messagesOf(response);
    for (const { MessageId } of messages)
      journal.deliveries.set(MessageId, (journal.deliveries.get(MessageId) ?? 0) + 1);
    if (messages.length > 0 && this.#injects('message-duplicated'))
      await duplicate(whole, response, upstream);
    if (this.#fault && messages.length > 1 && this.#injects('message-held-back'))
      return holdBack(whole, response, upstream, this.#fault);
    return response;
  }

  #answer(response: WholeResponse): number | undefined {
    const hasBody = this.#incoming.method !== 'HEAD' && response.body.length > 0;
    const isObject = hasBody && this.#request.operation === 'GetObject' && response.status === 200;
    if (this.#injects('response-lost')) return this.#breakConnection();
    if (hasBody && (this.#injects('response-reset') || this.#injects('response-truncated')))
      return this.#breakOff(response);
    let { body } = response;
    if (isObject && this.#injects('response-corrupted')) body = this.#corrupted(body);
    if (isObject && this.#injects('response-shortened')) body = body.subarray(0, this.#part(body));
    this.#writeHead(response, body.length);
    this.#outgoing.end(this.#incoming.method === 'HEAD' ? undefined : body);
    return response.status;
  }

  /** Sends the head and a part of the body. */
  #breakOff(response: WholeResponse): number {
    const { body, status } = response;
    this.#writeHead(response, body.length);
    this.#outgoing.write(body.subarray(0, this.#part(body)), () => {
      if (this.#fault?.kind === 'response-reset') this.#breakConnection();
      else this.#outgoing.socket?.end();
    });
    return status;
  }

  #writeHead({ status, headers }: WholeResponse, bytes: number): void {
    const length = this.#incoming.method === 'HEAD' ? headers['content-length'] : String(bytes);
    const hasLength = status !== 204 && status !== 304 && length !== undefined;
    this.#outgoing.writeHead(status, {
      ...passedOn(headers),
      ...(hasLength && { 'content-length': length }),
    });
  }

  async #readRequest(): Promise<WholeRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#incoming) chunks.push(chunk as Buffer);
    const { method = 'GET', url = '/', headers } = this.#incoming;
    return { method, url, headers, body: Buffer.concat(chunks) };
  }

  #injects(kind: PlannedFault['kind']): boolean {
    const does = this.#fault?.kind === kind;
    this.#injected ||= does;
    return does;
  }

  get #size(): number {
    return this.#fault?.size ?? 0;
  }

  /** Length of a body that ends early: at least one byte short. */
  #part(body: Buffer): number {
    return Math.floor(this.#size * body.length);
  }

  #corrupted(body: Buffer): Buffer {
    const copy = Buffer.from(body);
    const at = this.#part(body);
    copy[at] = (copy[at] ?? 0) ^ 0b0101_0101;
    return copy;
  }

  /** Resets the connection, as a crashed machine or a firewall does. */
  #breakConnection(): undefined {
    const { socket } = this.#incoming;
    // A socket that is already ending cannot be reset (uv_tcp_close_reset): its handle would never close.
    if (socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
    return undefined;
  }
}

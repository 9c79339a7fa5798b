import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlannedFault } from '../chaos/fault-plan.ts';
import type { AwsRequest } from './aws-request.ts';
import { errorAnswer, isErrorFault } from './error-responses.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { claimDeleted, duplicate, holdBack, messagesOf } from './queue-faults.ts';
import { passedOn, type WholeRequest, type WholeResponse } from './upstream.ts';

/** Milliseconds; shorter than any time limit of the function's requests. */
const LONGEST_DELAY_MS = 1_500;

/** One request on its way through the proxy, and the one thing that goes wrong with it. */
export class Exchange {
  readonly #proxy: FaultProxy;
  readonly #request: AwsRequest;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #fault: PlannedFault | undefined;
  readonly #senderGone = new AbortController();
  /** Whether the fault has met what it needs, for example a body. */
  #struck = false;

  constructor(
    proxy: FaultProxy,
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
      // The sender is gone, or what is behind the proxy: either way a broken connection is all there is to see.
      this.#breakConnection();
    }
    this.#proxy.journal.add(this.#request, this.#struck ? this.#fault?.kind : undefined, status);
  }

  /** @returns the status of the answer, nothing where there is none */
  async #pass(): Promise<number | undefined> {
    if (this.#strikes('request-reset')) return this.#breakConnection();
    const whole = await this.#readRequest();
    const comesLate = await this.#proxy.holds.pass(this.#request);
    if (this.#strikes('delay'))
      await delay(this.#size * LONGEST_DELAY_MS, undefined, { signal: this.#senderGone.signal });
    // What its sender has given up is not done any more: the protocol rests on that (docs/reconcile.md, i).
    if (this.#senderGone.signal.aborted && !comesLate) return undefined;
    return this.#answer(await this.#respond(whole));
  }

  async #respond(whole: WholeRequest): Promise<WholeResponse> {
    const kind = this.#fault?.kind;
    if (kind !== undefined && isErrorFault(kind)) {
      this.#struck = true;
      return errorAnswer(kind, this.#request);
    }
    if (this.#strikes('deletion-forgotten')) return claimDeleted(whole);
    if (kind === 'request-corrupted' && whole.body.length > 0) {
      this.#struck = true;
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
    if (messages.length > 0 && this.#strikes('message-duplicated'))
      await duplicate(whole, response, upstream);
    if (this.#fault && messages.length > 1 && this.#strikes('message-held-back'))
      return holdBack(whole, response, upstream, this.#fault);
    return response;
  }

  #answer(response: WholeResponse): number | undefined {
    const hasBody = this.#incoming.method !== 'HEAD' && response.body.length > 0;
    const isObject = hasBody && this.#request.operation === 'GetObject' && response.status === 200;
    if (this.#strikes('response-lost')) return this.#breakConnection();
    if (hasBody && (this.#strikes('response-reset') || this.#strikes('response-truncated')))
      return this.#breakOff(response);
    let { body } = response;
    if (isObject && this.#strikes('response-corrupted')) body = this.#corrupted(body);
    if (isObject && this.#strikes('response-shortened')) body = body.subarray(0, this.#part(body));
    this.#writeHead(response, body.length);
    this.#outgoing.end(this.#incoming.method === 'HEAD' ? undefined : body);
    return response.status;
  }

  /** The head, and the body up to a point. */
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

  #strikes(kind: PlannedFault['kind']): boolean {
    const does = this.#fault?.kind === kind;
    this.#struck ||= does;
    return does;
  }

  get #size(): number {
    return this.#fault?.size ?? 0;
  }

  /** Where a body ends early: at least one byte short. */
  #part(body: Buffer): number {
    return Math.floor(this.#size * body.length);
  }

  #corrupted(body: Buffer): Buffer {
    const copy = Buffer.from(body);
    const at = this.#part(body);
    copy[at] = (copy[at] ?? 0) ^ 0b0101_0101;
    return copy;
  }

  /** With a reset, as a dying machine or a firewall does it. */
  #breakConnection(): undefined {
    const { socket } = this.#incoming;
    // One that is being ended already cannot be reset (uv_tcp_close_reset): its handle would never be closed.
    if (socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
    return undefined;
  }
}

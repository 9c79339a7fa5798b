import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { MAX_PAYLOAD_BYTES } from './types.ts';
import type { FunctionError } from './types.ts';

/** The response to `GET /runtime/invocation/next`. */
export interface Invocation {
  readonly requestId: string;
  /** The event, JSON. */
  readonly payload: string;
  /** When the invocation is killed, milliseconds since 1970. */
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
}

/** The runtime's response or error for an invocation. */
export type Outcome = { readonly payload: string } | { readonly error: FunctionError };

const PREFIX = '/2018-06-01/runtime';
const OUTCOME_PATH = new RegExp(`^${PREFIX}/invocation/([^/]+)/(response|error)$`);

const postedError = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()).optional(),
});

/**
 * The HTTP side of one execution environment: AWS page "Using the Lambda runtime API".
 * Each environment has its own server: the port identifies the caller.
 */
export class RuntimeApi {
  /** Resolves when the runtime first asks for an invocation, or reports that it cannot start. */
  readonly initialised: Promise<FunctionError | undefined>;

  readonly #server: Server;
  #endInit: (error: FunctionError | undefined) => void = () => undefined;
  /** The runtime's open request for the next invocation. */
  #waiting: ServerResponse | undefined;
  #current: { invocation: Invocation; delivered: boolean; finish: () => void } | undefined;
  #outcome: Outcome | undefined;

  private constructor() {
    this.initialised = new Promise((resolve) => (this.#endInit = resolve));
    this.#server = createServer((request, response) => {
      // Its environment reports a runtime that is killed during a request.
      this.#route(request, response).catch(() => request.destroy());
    });
  }

  /** Listens on a free port of the loopback. */
  static async listen(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    await new Promise<void>((resolve, reject) => {
      api.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The runtime's outcome of the current invocation, if it posted one. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /**
   * Delivers one invocation. Resolves when the runtime has responded **and** asks for the next one: a runtime that dies
   * after its response cannot be used again.
   */
  async invoke(invocation: Invocation): Promise<undefined> {
    this.#outcome = undefined;
    return new Promise((resolve) => {
      this.#current = { invocation, delivered: false, finish: () => resolve(undefined) };
      this.#deliver();
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    if (method === 'GET' && url === `${PREFIX}/invocation/next`) {
      this.#next(response);
      return;
    }
    const [, requestId, kind] = OUTCOME_PATH.exec(url) ?? [];
    if (method === 'POST' && requestId !== undefined) {
      await this.#post(request, response, requestId, kind === 'error');
    } else if (method === 'POST' && url === `${PREFIX}/init/error`) {
      this.#endInit(toFunctionError(await readBody(request)));
      answer(response, 202, { status: 'OK' });
    } else {
      request.resume();
      answer(response, 404, { errorType: 'NotFound', errorMessage: `${method} ${url}` });
    }
  }

  #next(response: ServerResponse): void {
    this.#waiting = response;
    response.once('close', () => {
      if (this.#waiting === response) this.#waiting = undefined;
    });
    this.#endInit(undefined);
    if (this.#outcome !== undefined) {
      const finished = this.#current;
      this.#current = undefined;
      finished?.finish();
    }
    this.#deliver();
  }

  #deliver(): void {
    if (this.#waiting === undefined || this.#current === undefined) return;
    if (this.#current.delivered) return;
    this.#current.delivered = true;
    const response = this.#waiting;
    this.#waiting = undefined;
    const { invocation } = this.#current;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
      'Lambda-Runtime-Deadline-Ms': String(invocation.deadlineMs),
      'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
      'Lambda-Runtime-Trace-Id': invocation.traceId,
    });
    response.end(invocation.payload);
  }

  async #post(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    isError: boolean,
  ): Promise<void> {
    const body = await readBody(request);
    if (this.#current?.invocation.requestId !== requestId || this.#outcome !== undefined) {
      answer(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' });
      return;
    }
    if (body === undefined) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
      this.#outcome = { error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
      answer(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage });
      return;
    }
    this.#outcome = isError ? { error: toFunctionError(body) } : { payload: body };
    answer(response, 202, { status: 'OK' });
  }
}

function answer(response: ServerResponse, status: number, body: Record<string, string>): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** The body as text, or undefined (and read to its end) if it is over the limit. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_PAYLOAD_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_PAYLOAD_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function toFunctionError(body: string | undefined): FunctionError {
  try {
    return postedError.parse(JSON.parse(body ?? ''));
  } catch {
    return { errorType: 'Runtime.Unknown', errorMessage: (body ?? '').slice(0, 1000) };
  }
}

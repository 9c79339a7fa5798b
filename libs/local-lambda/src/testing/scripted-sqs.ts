import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Message } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import type { FunctionHost } from '../environment-variables.ts';
import { hostAt } from './fixtures.ts';

/** A request as SQS gets it: the operation and its members. */
export interface SqsRequest {
  readonly operation: string;
  readonly [member: string]: unknown;
}

/** An SQS that gives each of these answers to one receive, in order, and then nothing more. */
export interface ScriptedSqs {
  readonly host: FunctionHost;
  readonly url: string;
  readonly requests: readonly SqsRequest[];
  /** Of one operation. */
  of(operation: string): readonly SqsRequest[];
}

export interface Script {
  /** Messages, or `error` for a failure. */
  readonly receives?: readonly (readonly Message[] | 'error')[];
  /** What deletions and changes of visibility are answered. Default: no failures. */
  readonly answer?: object | 'error';
}

/** The Id and the body of a message; SDKs verify the MD5 of the body. */
export function messageOf(id: string, body = `body of ${id}`): Message {
  const MD5OfBody = createHash('md5').update(body).digest('hex');
  return { MessageId: id, ReceiptHandle: `receipt of ${id}`, Body: body, MD5OfBody };
}

export async function scriptedSqs({ receives = [], answer = {} }: Script): Promise<ScriptedSqs> {
  const requests: SqsRequest[] = [];
  const left = [...receives];
  const server = createServer((request, response) => {
    void json(request).then((members) => {
      const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
      requests.push({ operation, ...(members as object) });
      const isReceive = operation === 'ReceiveMessage';
      const result = isReceive ? left.shift() : answer;
      if (result === 'error') send(response, 400, { __type: 'com.amazonaws.sqs#Broken' });
      else if (!isReceive) send(response, 200, result ?? {});
      // Without an answer the request waits, as a long poll does, until its client gives it up.
      else if (result) send(response, 200, { Messages: result });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host: hostAt(endpoint),
    url: `${endpoint}/000000000000/work`,
    requests,
    of: (operation) => requests.filter((request) => request.operation === operation),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

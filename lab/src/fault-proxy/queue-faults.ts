import type { PlannedFault } from './faults.ts';
import type { Upstream, WholeRequest, WholeResponse } from './upstream.ts';

interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
}

/** Seconds. A held message is delivered after many later ones. */
const LONGEST_DELAY = 5;

export function messagesOf({ status, body }: WholeResponse): readonly ReceivedMessage[] {
  if (status !== 200) return [];
  const { Messages = [] } = JSON.parse(body.toString()) as { Messages?: ReceivedMessage[] };
  return Messages;
}

/** Sends copies of the messages: SQS delivers at least once. */
export async function duplicate(
  request: WholeRequest,
  response: WholeResponse,
  upstream: Upstream,
): Promise<void> {
  for (const { Body } of messagesOf(response))
    await ask(request, upstream, 'SendMessage', { MessageBody: Body });
}

/** Delivers only the last message now, and the others later in another order. */
export async function holdBack(
  request: WholeRequest,
  response: WholeResponse,
  upstream: Upstream,
  { size }: PlannedFault,
): Promise<WholeResponse> {
  const messages = messagesOf(response);
  const held = messages.slice(0, -1);
  for (const [index, { Body, ReceiptHandle }] of held.entries()) {
    const DelaySeconds =
      1 + ((Math.floor(size * LONGEST_DELAY) + held.length - index) % LONGEST_DELAY);
    // In this order, a kill between the two requests duplicates the message and never loses it.
    await ask(request, upstream, 'SendMessage', { MessageBody: Body, DelaySeconds });
    await ask(request, upstream, 'DeleteMessage', { ReceiptHandle });
  }
  return { ...response, body: Buffer.from(JSON.stringify({ Messages: messages.slice(-1) })) };
}

/** The response of a queue that has deleted all messages. */
export function claimDeleted(request: WholeRequest): WholeResponse {
  const { Entries = [] } = JSON.parse(request.body.toString()) as { Entries?: { Id: string }[] };
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(
      JSON.stringify({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] }),
    ),
  };
}

async function ask(
  { url, headers, body }: WholeRequest,
  upstream: Upstream,
  action: string,
  parameters: object,
): Promise<void> {
  const { QueueUrl } = JSON.parse(body.toString()) as { QueueUrl: string };
  const { status } = await upstream.send({
    method: 'POST',
    url,
    headers: { ...headers, 'x-amz-target': `AmazonSQS.${action}` },
    body: Buffer.from(JSON.stringify({ QueueUrl, ...parameters })),
  });
  if (status !== 200) throw new Error(`${action} for a fault: ${status}`);
}

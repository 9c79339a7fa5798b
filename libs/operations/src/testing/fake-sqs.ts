import {
  type ChangeMessageVisibilityBatchCommandInput,
  type DeleteMessageBatchCommandInput,
  type GetQueueAttributesCommandInput,
  type Message,
  type ReceiveMessageCommandInput,
  type SendMessageBatchCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../send.ts';

interface Stored {
  readonly message: Message;
  /** Milliseconds. */
  visibleAt: number;
}

interface Failed {
  readonly Id: string;
  readonly Code: string;
  readonly SenderFault: boolean;
}

/** Makes a request fail: it throws, or returns the entries that SQS rejects. */
export type Fault = (command: string, bodies: readonly string[]) => readonly Failed[] | undefined;

/**
 * Queues in memory behind a real client. Commands and responses are those of SQS. As in SQS (API reference,
 * ReceiveMessage; developer guide, "Short and long polling" and "Message quotas"),
 * - a message has only the attributes that the request names
 * - a short poll may return nothing although the queue has messages: here every second one does
 * - a long poll of an empty queue takes its waiting time
 * - if too many messages are in flight, a short poll fails with `OverLimit` and a long poll returns nothing
 * - only messages in flight can change their visibility
 * - a response has no empty lists.
 */
export class FakeSqs {
  readonly client: SQSClient;
  readonly #clock: Clock;
  readonly #queues = new Map<string, Stored[]>();
  readonly requests: { readonly command: string; readonly at: number; readonly entries: number }[] =
    [];
  fault: Fault = () => undefined;
  /** Called after each request. The client receives the error that it throws instead of the response. */
  answered: () => void = () => undefined;
  /** Most messages in flight. */
  maxInFlight = 120_000;
  #ids = 0;
  #shortPolls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.client = new SQSClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    this.client.middlewareStack.add(
      (_next, { commandName = '' }) =>
        ({ input }) =>
          Promise.resolve().then(async () => ({
            output: (await this.#request(commandName, input)) as never,
            response: undefined,
          })),
      { step: 'initialize', priority: 'high' },
    );
  }

  put(queue: string, body: string, attributes: Record<string, string> = {}): string {
    const id = `message-${(this.#ids += 1)}`;
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    );
    const message = {
      MessageId: id,
      ReceiptHandle: id,
      Body: body,
      MessageAttributes,
      Attributes: { SentTimestamp: String(this.#clock.now()) },
    };
    this.#queue(queue).push({ message, visibleAt: 0 });
    return id;
  }

  /** Bodies of all messages, in flight or not. */
  bodies(queue: string): string[] {
    return this.#queue(queue).map(({ message: { Body = '' } }) => Body);
  }

  /**
   * Simulates that the process dies at the request with this number. SQS executes the request or not, and no later one.
   */
  killAt(request: number, isCarriedOut: boolean): void {
    const die = () => {
      throw new Error('killed');
    };
    this.fault = () => {
      const isOver = this.requests.length > request;
      return isOver || (this.requests.length === request && !isCarriedOut) ? die() : undefined;
    };
    this.answered = () => (this.requests.length >= request ? die() : undefined);
  }

  /** Simulates a new process. */
  revive(): void {
    this.fault = () => undefined;
    this.answered = () => undefined;
  }

  empty(queue: string): void {
    this.#queue(queue).length = 0;
  }

  visible(queue: string): number {
    return this.#queue(queue).filter(({ visibleAt }) => visibleAt <= this.#clock.now()).length;
  }

  #queue(url: string): Stored[] {
    const queue = this.#queues.get(url) ?? [];
    this.#queues.set(url, queue);
    return queue;
  }

  async #request(command: string, input: object): Promise<object> {
    const answer = await this.#answer(command, input);
    this.answered();
    return answer;
  }

  async #answer(command: string, input: object): Promise<object> {
    const entries = 'Entries' in input ? (input.Entries as { MessageBody?: string }[]) : [];
    this.requests.push({ command, at: this.#clock.now(), entries: entries.length });
    const refused = this.fault(
      command,
      entries.map(({ MessageBody = '' }) => MessageBody),
    );
    const taken = new Set(refused?.map(({ Id }) => Id));
    const isTaken = ({ Id }: { Id?: string | undefined }) => !taken.has(Id ?? '');
    switch (command) {
      case 'SendMessageBatchCommand': {
        const { QueueUrl = '', Entries = [] } = input as SendMessageBatchCommandInput;
        for (const { MessageBody = '' } of Entries.filter(isTaken)) this.put(QueueUrl, MessageBody);
        break;
      }
      case 'DeleteMessageBatchCommand': {
        const { QueueUrl = '', Entries = [] } = input as DeleteMessageBatchCommandInput;
        const gone = new Set(Entries.filter(isTaken).map(({ ReceiptHandle }) => ReceiptHandle));
        const queue = this.#queue(QueueUrl);
        queue.splice(0, queue.length, ...queue.filter((one) => !gone.has(handleOf(one))));
        break;
      }
      case 'ChangeMessageVisibilityBatchCommand': {
        const { QueueUrl = '', Entries = [] } = input as ChangeMessageVisibilityBatchCommandInput;
        const inFlight = new Set(this.#inFlight(QueueUrl).map(handleOf));
        const isHidden = (handle = '') => inFlight.has(handle);
        for (const { ReceiptHandle, VisibilityTimeout = 0 } of Entries.filter(isTaken))
          if (isHidden(ReceiptHandle))
            this.#hide(QueueUrl, (one) => handleOf(one) === ReceiptHandle, VisibilityTimeout);
        const late = Entries.filter(isTaken).filter((one) => !isHidden(one.ReceiptHandle));
        const Code = 'AWS.SimpleQueueService.MessageNotInflight';
        const failed = [
          ...(refused ?? []),
          ...late.map(({ Id }) => ({ Id, Code, SenderFault: true })),
        ];
        return { Failed: failed.length > 0 ? failed : undefined };
      }
      case 'ReceiveMessageCommand': {
        const messages = await this.#receive(input as ReceiveMessageCommandInput);
        return { Messages: messages.length > 0 ? messages : undefined };
      }
      case 'GetQueueAttributesCommand': {
        const { QueueUrl = '' } = input as { QueueUrl?: string };
        const counts: Record<string, string> = {
          ApproximateNumberOfMessages: String(this.visible(QueueUrl)),
          ApproximateNumberOfMessagesNotVisible: String(this.#inFlight(QueueUrl).length),
        };
        return {
          Attributes: only(counts, (input as GetQueueAttributesCommandInput).AttributeNames),
        };
      }
      default:
        throw new Error(`${command} is not emulated`);
    }
    return { Failed: refused };
  }

  async #receive(input: ReceiveMessageCommandInput): Promise<Message[]> {
    const { QueueUrl = '', MaxNumberOfMessages = 1, VisibilityTimeout = 30 } = input;
    const { WaitTimeSeconds = 0, MessageAttributeNames, MessageSystemAttributeNames } = input;
    const isShort = WaitTimeSeconds === 0;
    const isFull = this.#inFlight(QueueUrl).length >= this.maxInFlight;
    if (isFull && isShort) throw Object.assign(new Error('Too many'), { name: 'OverLimit' });
    if (isShort && (this.#shortPolls += 1) % 2 === 0) return [];
    const received = this.#queue(QueueUrl)
      .filter(({ visibleAt }) => visibleAt <= this.#clock.now())
      .slice(0, isFull ? 0 : MaxNumberOfMessages);
    if (received.length === 0) await this.#clock.sleep(WaitTimeSeconds * 1000);
    this.#hide(QueueUrl, (one) => received.includes(one), VisibilityTimeout);
    return received.map(({ message }) => ({
      ...message,
      MessageAttributes: only(message.MessageAttributes, MessageAttributeNames),
      Attributes: only(message.Attributes, MessageSystemAttributeNames),
    }));
  }

  #inFlight(queue: string): Stored[] {
    return this.#queue(queue).filter(({ visibleAt }) => visibleAt > this.#clock.now());
  }

  #hide(queue: string, which: (one: Stored) => boolean, seconds: number): void {
    for (const one of this.#queue(queue).filter(which))
      one.visibleAt = this.#clock.now() + seconds * 1000;
  }
}

/** The attributes with these names; `undefined` if there are none, as in a response of SQS. */
function only<T>(attributes: Record<string, T> = {}, names: readonly string[] = []) {
  const wanted = Object.entries(attributes).filter(([name]) => names.includes(name));
  return wanted.length > 0 ? Object.fromEntries(wanted) : undefined;
}

function handleOf({ message }: Stored): string {
  return message.ReceiptHandle ?? '';
}

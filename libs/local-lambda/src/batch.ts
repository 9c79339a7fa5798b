import type { Message } from '@aws-sdk/client-sqs';
import { MAX_PAYLOAD_BYTES } from './invocation.ts';
import { payloadBytes, toPayload } from './sqs-event.ts';
import type { EventSourceMappingSpec } from './types.ts';

/** The messages of one invocation: no more than `batchSize`, and no more than 6 MB of payload. */
export class Batch {
  readonly messages: Message[] = [];
  /** Added, but too many or too large to go with this batch. */
  readonly rest: Message[] = [];
  readonly #spec: EventSourceMappingSpec;
  #bytes: number;

  constructor(spec: EventSourceMappingSpec) {
    this.#spec = spec;
    this.#bytes = Buffer.byteLength(toPayload([], spec.queueArn));
  }

  /** How many more messages it may take. */
  get room(): number {
    return this.rest.length > 0 ? 0 : this.#spec.batchSize - this.messages.length;
  }

  add(messages: readonly Message[]): void {
    for (const message of messages) {
      const bytes = this.#bytes + payloadBytes(message, this.#spec.queueArn);
      // One message goes in any case, however large: it is the function that has to refuse it.
      const fits = this.messages.length === 0 || bytes <= MAX_PAYLOAD_BYTES;
      if (this.room > 0 && fits) {
        this.messages.push(message);
        this.#bytes = bytes;
      } else {
        this.rest.push(message);
      }
    }
  }
}

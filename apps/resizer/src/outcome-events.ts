import {
  outcomeEvent,
  outputKeys,
  parseManifest,
  type EventOutcome,
  type OutcomeEvent,
  type PipelineError,
  type Recipe,
  type ReconcileContext,
  type ReconcileOutcome,
  selectRecipe,
} from '@darkroom/pipeline';
import { awsError } from './aws-error.ts';
import { clientConfig } from './clients.ts';

/** What has become of a key. A `PipelineError` means that its message is in the dead-letter queue. */
export interface Announcement {
  readonly key: string;
  /** Of the message that named the key. */
  readonly messageId: string;
  /** Start of the attempt. */
  readonly startedAt: Date;
  readonly outcome: ReconcileOutcome | PipelineError;
}

/** Sends the outcome of a key to all receivers. If it rejects, the message has to be received again. */
export type Announce = (
  announcement: Announcement,
  slot: {
    readonly pipeline: Pick<ReconcileContext, 'processed' | 'recipes'> & {
      readonly source: Pick<ReconcileContext['source'], 'bucket'>;
    };
    readonly signal: AbortSignal;
  },
) => Promise<void>;

/** Sends one event to one kind of receiver. */
export type SendEvent = (event: OutcomeEvent, signal: AbortSignal) => Promise<void>;

/**
 * Sends an event for `UP_TO_DATE` too. The attempt that wrote the outputs may have ended before it sent its event (a
 * crash, or a dead letter after the last attempt). Every finished message therefore has its event, at the cost of
 * duplicates. A backfill relies on it: it repeats events that an application has lost.
 *
 * @param partition of AWS, the second part of an ARN
 */
export function createAnnounce(partition: string, senders: readonly SendEvent[]): Announce {
  return async ({ key, messageId, startedAt, outcome }, { pipeline, signal }) => {
    const recipe = selectRecipe(pipeline.recipes, key);
    if (!recipe) return;
    const manifestKey = outputKeys(key, recipe).manifest;
    const described = await describe(key, recipe, outcome, manifestKey, pipeline);
    if (!described) return;
    const manifestArn = `arn:${partition}:s3:::${pipeline.processed.bucket}/${manifestKey}`;
    const event = outcomeEvent(described, { manifestArn, messageId, startedAt });
    const sent = await Promise.allSettled(senders.map((send) => send(event, signal)));
    for (const result of sent) if (result.status === 'rejected') throw result.reason;
  };
}

/** @returns undefined if nothing has to be said: outputs that outlive their upload, or a manifest that was just removed */
async function describe(
  key: string,
  recipe: Recipe,
  outcome: Announcement['outcome'],
  manifestKey: string,
  { source, processed }: Parameters<Announce>[1]['pipeline'],
): Promise<EventOutcome | undefined> {
  const upload = { version: 1, source: { bucket: source.bucket, key } } as const;
  if (outcome instanceof Error) {
    const { code, message } = outcome;
    return { ...upload, status: 'gave-up', error: { code, message } };
  }
  if (outcome.kind !== 'acknowledged') return outcome.manifest;
  switch (outcome.code) {
    case 'SOURCE_MISSING':
      return recipe.onSourceRemoved === 'keep' ? undefined : { ...upload, status: 'removed' };
    case 'UP_TO_DATE': {
      const found = await processed.get(manifestKey);
      return found.kind === 'found' ? parseManifest(await found.read()) : undefined;
    }
    case 'NO_RECIPE':
      return undefined;
  }
}

/**
 * Loads EventBridge's client only if a bus is configured, because the client takes a noticeable part of a cold start.
 *
 * @param eventBus ARN of the bus
 */
export async function eventBusSender(
  eventBus: string,
  traced: <Client>(client: Client) => Client,
): Promise<SendEvent> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const client = traced(new EventBridgeClient(clientConfig));
  return async (event, signal) => {
    const command = new PutEventsCommand({
      Entries: [
        {
          EventBusName: eventBus,
          Time: new Date(event.detail.eventTime),
          Source: event.source,
          DetailType: event['detail-type'],
          Detail: JSON.stringify(event.detail),
          Resources: event.resources,
        },
      ],
    });
    const request = `PutEvents to ${eventBus}`;
    const answer = await client.send(command, { abortSignal: signal }).catch((cause: unknown) => {
      throw awsError(cause, request);
    });
    // EventBridge answers 200 even if it rejects the entry.
    const { ErrorCode, ErrorMessage } = answer.Entries?.[0] ?? {};
    if (ErrorCode !== undefined) throw awsError(new RefusedEntry(ErrorCode, ErrorMessage), request);
  };
}

/** A rejected entry in the shape of an SDK error: `name` is AWS's error code. */
class RefusedEntry extends Error {
  override readonly name: string;

  constructor(code: string, message: string | undefined) {
    super(message ?? 'the entry was not taken');
    this.name = code;
  }
}

import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import {
  outcomeEvent,
  outputKeys,
  parseManifest,
  selectRecipe,
  type Manifest,
  type ReconcileOutcome,
  type ReconcileContext,
} from '@darkroom/pipeline';
import { awsError } from './aws-error.ts';
import { clientConfig } from './clients.ts';

/** Sends the outcome of a key to an event bus. If it rejects, the message has to be received again. */
export type Announce = (
  key: string,
  outcome: ReconcileOutcome,
  slot: {
    readonly pipeline: Pick<ReconcileContext, 'processed' | 'recipes'>;
    readonly signal: AbortSignal;
  },
) => Promise<void>;

/**
 * Loads EventBridge's client only if a bus is configured, because the client takes a noticeable part of a cold start.
 *
 * Sends an event for `UP_TO_DATE` too. The attempt that wrote the outputs may have ended before it sent its event (a
 * crash, or a dead letter after the last attempt). Every finished message therefore has its event, at the cost of
 * duplicates. A backfill relies on it: it repeats events that an application has lost.
 *
 * @param eventBus ARN of the bus
 */
export async function createAnnounce(
  eventBus: string,
  traced: <Client>(client: Client) => Client,
): Promise<Announce> {
  const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
  const client = traced(new EventBridgeClient(clientConfig));
  return async (key, outcome, { pipeline, signal }) => {
    const object = await manifestOf(key, outcome, pipeline);
    if (!object) return;
    const command = new PutEventsCommand({ Entries: [entry(object, eventBus)] });
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

interface ManifestObject {
  readonly manifest: Manifest;
  readonly bucket: string;
  /** Of the manifest. */
  readonly key: string;
}

/** @returns undefined without an outcome: no recipe, no upload, or a manifest that was just removed */
async function manifestOf(
  key: string,
  outcome: ReconcileOutcome,
  { processed, recipes }: Pick<ReconcileContext, 'processed' | 'recipes'>,
): Promise<ManifestObject | undefined> {
  const recipe = selectRecipe(recipes, key);
  if (!recipe) return undefined;
  const place = { bucket: processed.bucket, key: outputKeys(key, recipe).manifest };
  if (outcome.kind !== 'acknowledged') return { ...place, manifest: outcome.manifest };
  if (outcome.code !== 'UP_TO_DATE') return undefined;
  const found = await processed.get(place.key);
  const manifest = found.kind === 'found' ? parseManifest(await found.read()) : undefined;
  return manifest && { ...place, manifest };
}

function entry({ manifest, bucket, key }: ManifestObject, eventBus: string): PutEventsRequestEntry {
  const [, partition] = eventBus.split(':');
  const event = outcomeEvent(manifest, `arn:${partition}:s3:::${bucket}/${key}`);
  return {
    EventBusName: eventBus,
    Source: event.source,
    DetailType: event['detail-type'],
    Detail: JSON.stringify(event.detail),
    Resources: event.resources,
  };
}

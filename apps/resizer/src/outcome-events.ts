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

/** Tells an event bus what became of a key. The message is not done before: it has to come again where this rejects. */
export type Announce = (
  key: string,
  outcome: ReconcileOutcome,
  turn: {
    readonly pipeline: Pick<ReconcileContext, 'processed' | 'recipes'>;
    readonly signal: AbortSignal;
  },
) => Promise<void>;

/**
 * EventBridge's client is loaded only where there is a bus: it would be a noticeable part of every cold start.
 *
 * What is up to date is told too. Whoever made it so may have ended before it could tell (a crash, a message that went
 * to the dead letters after its last attempt), and nobody can know: so every message that is done has been told of, at
 * the price of repeats. For a backfill that is the point: an application that has lost events hears them again.
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
    const told = await manifestOf(key, outcome, pipeline);
    if (!told) return;
    const command = new PutEventsCommand({ Entries: [entry(told, eventBus)] });
    const request = `PutEvents to ${eventBus}`;
    const answer = await client.send(command, { abortSignal: signal }).catch((cause: unknown) => {
      throw awsError(cause, request);
    });
    // EventBridge answers 200 for what it did not take.
    const { ErrorCode, ErrorMessage } = answer.Entries?.[0] ?? {};
    if (ErrorCode !== undefined) throw awsError(new RefusedEntry(ErrorCode, ErrorMessage), request);
  };
}

/** An error as the SDK would have thrown it: the name is AWS's code. */
class RefusedEntry extends Error {
  override readonly name: string;

  constructor(code: string, message: string | undefined) {
    super(message ?? 'the entry was not taken');
    this.name = code;
  }
}

interface Told {
  readonly manifest: Manifest;
  readonly bucket: string;
  /** Of the manifest. */
  readonly key: string;
}

/** @returns nothing where there is no outcome to tell: no recipe, no upload, or removed in this very moment */
async function manifestOf(
  key: string,
  outcome: ReconcileOutcome,
  { processed, recipes }: Pick<ReconcileContext, 'processed' | 'recipes'>,
): Promise<Told | undefined> {
  const recipe = selectRecipe(recipes, key);
  if (!recipe) return undefined;
  const place = { bucket: processed.bucket, key: outputKeys(key, recipe).manifest };
  if (outcome.kind !== 'acknowledged') return { ...place, manifest: outcome.manifest };
  if (outcome.code !== 'UP_TO_DATE') return undefined;
  const found = await processed.get(place.key);
  const manifest = found.kind === 'found' ? parseManifest(await found.read()) : undefined;
  return manifest && { ...place, manifest };
}

function entry({ manifest, bucket, key }: Told, eventBus: string): PutEventsRequestEntry {
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

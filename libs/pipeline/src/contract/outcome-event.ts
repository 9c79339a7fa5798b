import { createHash } from 'node:crypto';
import * as z from 'zod';
import { CODES, type Code } from './codes.ts';
import {
  doneManifestSchema,
  formatManifest,
  rejectedManifestSchema,
  type Manifest,
} from './manifest.ts';

export const OUTCOME_EVENT_SOURCE = 'darkroom';

/** A manifest that is too large for EventBridge is shortened. `resources` names the whole one. */
const abridged = { outputs: true, skipped: true, placeholder: true } as const;
const isAbridged = { abridged: z.literal(true) };

const identity = {
  eventId: z
    .string()
    .describe('Equal for repetitions of this event: a receiver that has seen it ignores it'),
  eventTime: z.iso
    .datetime()
    .describe('Of two events of one key, the one with the later time describes the newer state'),
};
const upload = {
  version: z.literal(1),
  source: z.object({ bucket: z.string(), key: z.string() }),
};
const removedSchema = z.object({ ...upload, status: z.literal('removed') });
const gaveUpSchema = z.object({
  ...upload,
  status: z.literal('gave-up'),
  error: z
    .object({ code: z.enum(Object.keys(CODES) as Code[]), message: z.string() })
    .describe('Of the last attempt'),
});
const common = {
  source: z.literal(OUTCOME_EVENT_SOURCE),
  resources: z.array(z.string()).length(1).describe('ARN of the manifest, an object in S3'),
};

/**
 * An EventBridge event with the outcome of an upload: the members that Darkroom sets. It may arrive more than once,
 * because it describes the current state and not a change.
 */
export const outcomeEventSchema = z.discriminatedUnion('detail-type', [
  z.object({
    ...common,
    'detail-type': z.literal('ImageProcessed').describe('The variants are there'),
    detail: z.union([
      doneManifestSchema.extend(identity),
      doneManifestSchema.omit(abridged).extend(isAbridged).extend(identity),
    ]),
  }),
  z.object({
    ...common,
    'detail-type': z.literal('ImageRejected').describe('The upload is no usable image'),
    detail: rejectedManifestSchema.extend(identity),
  }),
  z.object({
    ...common,
    'detail-type': z.literal('ImageRemoved').describe('The upload is gone, and so are its outputs'),
    detail: removedSchema.extend(identity),
  }),
  z.object({
    ...common,
    'detail-type': z
      .literal('ImageGaveUp')
      .describe('All attempts failed, and the message is in the dead-letter queue'),
    detail: gaveUpSchema.extend(identity),
  }),
]);

export type OutcomeEvent = z.output<typeof outcomeEventSchema>;

/** What is known of an event apart from its outcome. */
export interface EventOrigin {
  /** ARN of the manifest, an object in S3 that may be gone. */
  readonly manifestArn: string;
  /** Of the message that asked for the key. */
  readonly messageId: string;
  /**
   * Start of the attempt, before it read anything. The attempts that follow the last change of an upload start after that
   * change and see its outcome. All others started before it. So the latest start has the newest state, however late an
   * event is sent.
   */
  readonly startedAt: Date;
}

/** What has become of an upload: a manifest, or an outcome that has none. */
export type EventOutcome =
  Manifest | z.output<typeof removedSchema> | z.output<typeof gaveUpSchema>;

const DETAIL_TYPES = {
  done: 'ImageProcessed',
  rejected: 'ImageRejected',
  removed: 'ImageRemoved',
  'gave-up': 'ImageGaveUp',
} as const satisfies Record<EventOutcome['status'], OutcomeEvent['detail-type']>;

/** Bytes of one entry (EventBridge user guide, "Calculating PutEvents event entry size"), less a wrapper in SQS. */
const MAX_ENTRY_BYTES = 255 * 1024;

/**
 * Returns the event for an outcome. Its id follows from the outcome, the key and the message. Another attempt at the same message therefore
 * repeats the id, and another change of the same upload has another one, even if its outcome is equal.
 */
export function outcomeEvent(
  outcome: EventOutcome,
  { manifestArn, messageId, startedAt }: EventOrigin,
): OutcomeEvent {
  const eventId = createHash('sha256')
    .update(JSON.stringify([messageId, manifestArn]))
    // A manifest that was just made may have another order of members than the same one, read from S3.
    .update('outputs' in outcome ? formatManifest(outcome) : JSON.stringify(outcome))
    .digest('hex')
    .slice(0, 32);
  const eventOf = (detail: object) =>
    ({
      source: OUTCOME_EVENT_SOURCE,
      'detail-type': DETAIL_TYPES[outcome.status],
      resources: [manifestArn],
      detail: { ...detail, eventId, eventTime: startedAt.toISOString() },
    }) as OutcomeEvent;
  const whole = eventOf(outcome);
  if (outcome.status !== 'done' || entryBytes(whole) < MAX_ENTRY_BYTES) return whole;
  const { outputs: _outputs, skipped: _skipped, placeholder: _placeholder, ...rest } = outcome;
  return eventOf({ ...rest, abridged: true });
}

/** As EventBridge counts them. */
function entryBytes(event: OutcomeEvent): number {
  return [event.source, event['detail-type'], JSON.stringify(event.detail), ...event.resources]
    .map((text) => Buffer.byteLength(text))
    .reduce((sum, bytes) => sum + bytes, 0);
}

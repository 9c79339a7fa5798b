import * as z from 'zod';
import { doneManifestSchema, rejectedManifestSchema, type Manifest } from './manifest.ts';

export const OUTCOME_EVENT_SOURCE = 'darkroom';

/** A manifest that is too large for EventBridge is shortened. `resources` names the whole one. */
const abridged = { outputs: true, skipped: true, placeholder: true } as const;
const isAbridged = { abridged: z.literal(true) };

/**
 * An EventBridge event with the outcome of an upload: the members that Darkroom sets. It may arrive more than once,
 * because it describes the current state and not a change.
 */
export const outcomeEventSchema = z.discriminatedUnion('detail-type', [
  z.object({
    source: z.literal(OUTCOME_EVENT_SOURCE),
    'detail-type': z.literal('ImageProcessed').describe('The variants are there'),
    resources: z.array(z.string()).length(1).describe('ARN of the manifest, an object in S3'),
    detail: z.union([doneManifestSchema, doneManifestSchema.omit(abridged).extend(isAbridged)]),
  }),
  z.object({
    source: z.literal(OUTCOME_EVENT_SOURCE),
    'detail-type': z.literal('ImageRejected').describe('The upload is no usable image'),
    resources: z.array(z.string()).length(1).describe('ARN of the manifest, an object in S3'),
    detail: rejectedManifestSchema,
  }),
]);

export type OutcomeEvent = z.output<typeof outcomeEventSchema>;

/** Bytes of one entry (EventBridge user guide, "Calculating PutEvents event entry size"). */
const MAX_ENTRY_BYTES = 256 * 1024;

/**
 * Returns the event for a manifest.
 *
 * @param manifestArn of the object in S3
 */
export function outcomeEvent(manifest: Manifest, manifestArn: string): OutcomeEvent {
  const common = {
    source: OUTCOME_EVENT_SOURCE,
    resources: [manifestArn],
  } satisfies Partial<OutcomeEvent>;
  if (manifest.status === 'rejected')
    return { ...common, 'detail-type': 'ImageRejected', detail: manifest };
  const whole: OutcomeEvent = { ...common, 'detail-type': 'ImageProcessed', detail: manifest };
  if (entryBytes(whole) < MAX_ENTRY_BYTES) return whole;
  const { outputs: _outputs, skipped: _skipped, placeholder: _placeholder, ...rest } = manifest;
  return { ...common, 'detail-type': 'ImageProcessed', detail: { ...rest, abridged: true } };
}

/** As EventBridge counts them. */
function entryBytes(event: OutcomeEvent): number {
  return [event.source, event['detail-type'], JSON.stringify(event.detail), ...event.resources]
    .map((text) => Buffer.byteLength(text))
    .reduce((sum, bytes) => sum + bytes, 0);
}

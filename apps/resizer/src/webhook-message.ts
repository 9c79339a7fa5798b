import type { OutcomeEvent } from '@darkroom/pipeline';
import * as z from 'zod';

/** Types of a webhook's payload (Standard Webhooks, "Payload structure"), by the event's `detail-type`. */
const TYPES = {
  ImageProcessed: 'image.processed',
  ImageRejected: 'image.rejected',
  ImageRemoved: 'image.removed',
  ImageGaveUp: 'image.gave-up',
} as const satisfies Record<OutcomeEvent['detail-type'], string>;

/** A message of the webhook's queue: the payload, and the id that all attempts have in common. */
const messageSchema = z.object({
  id: z.string().min(1),
  payload: z.object({
    type: z.enum(TYPES),
    timestamp: z.iso.datetime(),
    data: z.looseObject({ source: z.looseObject({ key: z.string() }) }),
  }),
});

export type WebhookMessage = z.output<typeof messageSchema>;

export function formatWebhookMessage(event: OutcomeEvent): string {
  const { eventId, eventTime, ...data } = event.detail;
  return JSON.stringify({
    id: eventId,
    payload: {
      type: TYPES[event['detail-type']],
      timestamp: eventTime,
      data: { ...data, manifest: event.resources[0] },
    },
  } satisfies WebhookMessage);
}

/** @throws Error if the text is not a message of `formatWebhookMessage` */
export function parseWebhookMessage(text: string): WebhookMessage {
  return messageSchema.parse(JSON.parse(text));
}

import { WEBHOOK, type WebhookReceiver } from '@darkroom/pipeline';
import { Webhook } from 'standardwebhooks';
import type { WebhookMessage } from './webhook-message.ts';

/** The receiver did not accept the event: it has to be sent again. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly code: 'RECEIVER_REFUSED' | 'RECEIVER_UNREACHABLE';

  constructor(code: DeliveryError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Sends one event. The signature covers the time of this attempt: a receiver rejects signatures of old attempts.
 *
 * @param requestMs for the whole attempt, milliseconds
 * @throws DeliveryError unless the answer is 2xx. Its message has the receiver's origin only: the rest of the URL may be
 *   secret. Redirects are not followed, because they could lead to another host, or into a private network.
 */
export async function deliver(
  { id, payload }: WebhookMessage,
  { url, secret }: WebhookReceiver,
  requestMs: number = WEBHOOK.requestMs,
): Promise<void> {
  const { origin } = new URL(url);
  const body = JSON.stringify(payload);
  const now = new Date();
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Darkroom',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    },
    body,
    signal: AbortSignal.timeout(requestMs),
  }).catch((cause: unknown) => {
    const reason = reasonOf(cause);
    throw new DeliveryError('RECEIVER_UNREACHABLE', `${origin} does not answer: ${reason}`, {
      cause,
    });
  });
  // The status decides. The content is never read, whatever its size.
  await response.body?.cancel();
  if (!response.ok)
    throw new DeliveryError('RECEIVER_REFUSED', `${origin} answers with status ${response.status}`);
}

/** `fetch` hides the system's error in its cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code, name } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : name;
}

/** Largest visibility timeout of SQS, seconds. */
const MAX_DELAY = 12 * 3600;

/**
 * Returns the seconds until the next attempt, spread by a fifth in both directions: after an outage, events do not all
 * come at once.
 *
 * @param attempt that failed, from 1
 * @param random from 0 to below 1
 * @returns 0 after the last attempt, which makes the event a dead letter at once
 */
export function retryDelay(attempt: number, random: number): number {
  const delay = WEBHOOK.delays[attempt - 1] ?? 0;
  return Math.min(MAX_DELAY, Math.round(delay * (0.8 + 0.4 * random)));
}

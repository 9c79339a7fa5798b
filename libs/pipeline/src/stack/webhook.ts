import * as z from 'zod';
import { check } from '../recipe/problems.ts';

/** Hosts that only programs on the same machine reach. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why events cannot be sent to this URL: it is encrypted, or of this machine, which only a local run can reach.
 * Credentials do not belong into a URL, because the signature shows who sends.
 */
function webhookProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'is not a URL';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && LOOPBACK.includes(url.hostname)) return undefined;
  return 'must begin with https:// (http:// only for 127.0.0.1 and localhost, in a local run)';
}

/** Bytes of a secret (Standard Webhooks, "Signature scheme"). */
const SECRET_BYTES = { least: 24, most: 64 };

function isWebhookSecret(text: string): boolean {
  const base64 = text.slice('whsec_'.length);
  const { length } = Buffer.from(base64, 'base64');
  const { least, most } = SECRET_BYTES;
  return (
    text.startsWith('whsec_') &&
    /^[A-Za-z0-9+/]+={0,2}$/.test(base64) &&
    length >= least &&
    length <= most
  );
}

export const webhookSchema = z.strictObject({
  url: z
    .string()
    .max(2048)
    .superRefine((url, context) => {
      const message = webhookProblem(url);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .describe('Address that takes the events, by POST; https'),
  secret: z
    .string()
    .refine(
      isWebhookSecret,
      `must be whsec_ and ${SECRET_BYTES.least} to ${SECRET_BYTES.most} random bytes in Base64, such as of \`echo whsec_$(openssl rand -base64 32)\``,
    )
    .describe('Signs the events; `pulumi config set --secret --path` stores it encrypted'),
});

export type WebhookReceiver = z.output<typeof webhookSchema>;

/**
 * How the webhook's function sends events. The delays are those that Standard Webhooks recommends ("Retries"): a
 * receiver may be down for a day.
 */
export const WEBHOOK = {
  /** Milliseconds for one attempt: connection, request and answer. */
  requestMs: 15_000,
  /** Timeout of the function, seconds: one attempt and the report to SQS. */
  timeout: 25,
  memory: 256,
  /** Events that one call sends at once. */
  batchSize: 5,
  maximumConcurrency: 4,
  /** Seconds after each failed attempt. After the last attempt, the event is a dead letter. */
  delays: [5, 300, 1800, 7200, 18_000, 36_000, 36_000],
  /** Seconds. The delays take 28 hours. */
  retention: 4 * 24 * 3600,
  deadLetterRetention: 14 * 24 * 3600,
} as const;

/** Receives of an event before it is a dead letter. */
export const WEBHOOK_ATTEMPTS = WEBHOOK.delays.length + 1;

/** Names that exist only after deployment. */
export interface WebhookNames {
  readonly queueUrl: string;
  /** SSM parameter with the receiver, `NAME:VERSION`: a new version of it starts the function anew. */
  readonly receiver: string;
}

/** Variables of the webhook's function. Neither the URL nor the secret is one: both are in an encrypted parameter. */
export function formatWebhookEnvironment(
  logLevel: string,
  { queueUrl, receiver }: WebhookNames,
): Record<string, string> {
  return {
    DARKROOM_WEBHOOK_QUEUE_URL: queueUrl,
    DARKROOM_WEBHOOK_RECEIVER: receiver,
    POWERTOOLS_SERVICE_NAME: 'webhook',
    POWERTOOLS_LOG_LEVEL: logLevel,
  };
}

const variables = z.object({
  DARKROOM_WEBHOOK_QUEUE_URL: z.url(),
  DARKROOM_WEBHOOK_RECEIVER: z.string().min(1),
});

/** @throws Error that lists every problem */
export function parseWebhookEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): WebhookNames {
  const checked = check(variables, environment);
  if (!checked.ok)
    throw new Error(`The environment of the webhook's function is not valid:\n${checked.problems}`);
  const { data } = checked;
  return {
    queueUrl: data.DARKROOM_WEBHOOK_QUEUE_URL,
    receiver: data.DARKROOM_WEBHOOK_RECEIVER,
  };
}

/** The value of the parameter. */
export function formatWebhookReceiver({ url, secret }: WebhookReceiver): string {
  return JSON.stringify({ url, secret });
}

/** @throws Error without the text, which contains the secret */
export function parseWebhookReceiver(text: string): WebhookReceiver {
  try {
    return webhookSchema.parse(JSON.parse(text));
  } catch {
    throw new Error('The parameter of the webhook has no valid url and secret');
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type Answer, inPlaceOf, signatureOf } from './loopback.ts';

export interface Account {
  /** Whether STS takes the credentials. Default: it does. */
  readonly knows?: boolean;
  /** Concurrent executions of Lambda, all and those that are not reserved; undefined without the permission. */
  readonly concurrency?: readonly [all: number, free: number] | undefined;
  /** Of the topic of alarms; undefined without the permission. Default: there are none. */
  readonly subscriptions?:
    readonly (readonly [arn: string, protocol: string, endpoint: string])[] | undefined;
}

/** Requests, as `KEY REGION SERVICE`. */
export interface FakeAccount {
  readonly signed: readonly string[];
}

/** STS, Lambda and SNS, as far as a deployment asks them, over their protocols. */
export async function fakeAccount({
  knows = true,
  ...account
}: Account = {}): Promise<FakeAccount> {
  const { concurrency, subscriptions } = {
    ...{ concurrency: [1000, 900] as const, subscriptions: [] },
    ...account,
  };
  const signed: string[] = [];
  await inPlaceOf(['STS', 'LAMBDA', 'SNS'], (request) => {
    const signature = signatureOf(request);
    signed.push(signature);
    if (signature.endsWith(' lambda')) return lambda(concurrency);
    return signature.endsWith(' sns') ? sns(subscriptions) : sts(knows);
  });
  vi.stubEnv('AWS_REGION', '');
  return { signed };
}

/** The profile `team` of AWS's configuration files, with the key TEAM. */
export async function teamProfile(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-profile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'credentials');
  await writeFile(file, '[team]\naws_access_key_id = TEAM\naws_secret_access_key = secret\n');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', path.join(folder, 'config'));
}

const xml = (status: number, body: string): Answer => ({
  ...{ status, body },
  headers: { 'content-type': 'text/xml' },
});
const refused = (code: string, message: string) =>
  xml(
    403,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
function sts(knows: boolean): Answer {
  if (!knows)
    return refused(
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
    );
  return xml(
    200,
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/tester</Arn><UserId>TESTER</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
  );
}

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
function sns(subscriptions: Account['subscriptions']): Answer {
  if (!subscriptions)
    return refused('AuthorizationError', 'not authorized: SNS:ListSubscriptionsByTopic');
  const members = subscriptions.map(
    ([arn, protocol, endpoint]) =>
      `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint></member>`,
  );
  return xml(
    200,
    `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
function lambda(concurrency: Account['concurrency']): Answer {
  const headers = { 'content-type': 'application/json' };
  if (!concurrency)
    return {
      ...{ status: 403, headers },
      body: JSON.stringify({ Message: 'not authorized: lambda:GetAccountSettings' }),
    };
  const [ConcurrentExecutions, UnreservedConcurrentExecutions] = concurrency;
  return {
    ...{ status: 200, headers },
    body: JSON.stringify({
      AccountLimit: { ConcurrentExecutions, UnreservedConcurrentExecutions },
    }),
  };
}

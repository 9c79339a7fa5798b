import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';

export interface Account {
  /** Whether STS takes the credentials. Default: it does. */
  readonly knows?: boolean;
  /** Concurrent executions of Lambda, all and those that are not reserved; undefined without the permission. */
  readonly concurrency?: readonly [all: number, free: number] | undefined;
}

/** STS and Lambda, as far as the prerequisites ask them, over their protocols; the SDK finds them by the environment. */
export async function fakeAccount({ knows = true, ...account }: Account = {}): Promise<void> {
  const concurrency = 'concurrency' in account ? account.concurrency : ([1000, 900] as const);
  const server = createServer((request, response) => {
    const { status, body } = isLambda(request) ? lambda(concurrency) : sts(knows);
    response.writeHead(status, {
      'content-type': isLambda(request) ? 'application/json' : 'text/xml',
    });
    response.end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  vi.stubEnv('AWS_ENDPOINT_URL_STS', endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', endpoint);
  vi.stubEnv('AWS_REGION', '');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
}

function isLambda({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/2016-08-19/account-settings');
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
function sts(knows: boolean): { status: number; body: string } {
  if (!knows)
    return {
      status: 403,
      body: '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>',
    };
  return {
    status: 200,
    body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/tester</Arn><UserId>TESTER</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
function lambda(concurrency: Account['concurrency']): { status: number; body: string } {
  if (!concurrency)
    return {
      status: 403,
      body: JSON.stringify({ Message: 'not authorized: lambda:GetAccountSettings' }),
    };
  const [ConcurrentExecutions, UnreservedConcurrentExecutions] = concurrency;
  return {
    status: 200,
    body: JSON.stringify({
      AccountLimit: { ConcurrentExecutions, UnreservedConcurrentExecutions },
    }),
  };
}

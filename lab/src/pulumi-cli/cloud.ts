/** An AWS account on this machine for the real Pulumi CLI: the embedded S3, SQS and Lambda, STS, and the provider. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { type LocalLambda, startLambda } from '@darkroom/local-lambda';
import { lambdaSpecs } from '@darkroom/local-pulumi';
import { startGrpc } from './grpc-server.ts';
import { addLanguageHost, LANGUAGES } from './language-host.ts';
import { type Account, addProvider } from './provider.ts';

export interface Cloud extends Account {
  /** Environment of a command that deploys to this account. */
  readonly environment: Readonly<Record<string, string>>;
  /** Executions of Lambda in the account, those of this stack included. */
  concurrency: number;
  /** Whether STS accepts the credentials, or the error code that it answers with. */
  credentialsError: string | undefined;
  readonly s3: S3Client;
  readonly stop: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'us-east-1';
/** The embedded SQS has this account. */
const ACCOUNT_ID = '000000000000';

export async function startCloud(): Promise<Cloud> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-pulumi-cloud-'));
  const aws = await startEmbeddedAws({ port: 0 });
  const client = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  const context = {
    ...{ s3, sqs, endpoint: aws.endpoint, region: REGION, accountId: ACCOUNT_ID, dataDir },
  };
  const account: Account = { resources: new Map(), hook: () => undefined };
  const lambda = new CurrentLambda(account, aws.endpoint, dataDir);
  const grpc = await startGrpc((server) =>
    addProvider(server, account, context, () => lambda.follow()),
  );
  const hosts = await Promise.all(
    LANGUAGES.map(async (language) => {
      const host = await startGrpc((server) => addLanguageHost(server, language));
      return { language, ...host };
    }),
  );
  const settings = { concurrency: 1000, credentialsError: undefined };
  const cloud: Cloud = Object.assign(account, settings, { s3, environment: {}, stop });
  const services = await startAccountServices(cloud);
  return Object.assign(cloud, {
    environment: {
      PULUMI_DEBUG_PROVIDERS: `aws:${grpc.port}`,
      PULUMI_DEBUG_LANGUAGES: hosts.map(({ language, port }) => `${language}:${port}`).join(','),
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_S3: aws.endpoint,
      AWS_ENDPOINT_URL_SQS: aws.endpoint,
      AWS_ENDPOINT_URL_STS: services.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: services.endpoint,
      AWS_ENDPOINT_URL_KMS: services.endpoint,
      AWS_ENDPOINT_URL_SNS: services.endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH: services.endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: services.endpoint,
    },
  });

  async function stop() {
    for (const server of [grpc, ...hosts]) server.stop();
    services.stop();
    await lambda.stop();
    s3.destroy();
    sqs.destroy();
    await aws.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Runs the functions that the account has now. */
class CurrentLambda {
  readonly #account: Account;
  readonly #endpoint: string;
  readonly #dataDir: string;
  #running: LocalLambda | undefined;
  #specs = '';
  #last: Promise<void> = Promise.resolve();

  constructor(account: Account, endpoint: string, dataDir: string) {
    this.#account = account;
    this.#endpoint = endpoint;
    this.#dataDir = dataDir;
  }

  /** One change after the other. */
  follow(): Promise<void> {
    this.#last = this.#last.then(() => this.#replace());
    return this.#last;
  }

  async #replace(): Promise<void> {
    const specs = lambdaSpecs([...this.#account.resources.values()], this.#dataDir);
    const json = JSON.stringify(specs);
    if (json === this.#specs) return;
    this.#specs = json;
    await this.#running?.stop(0);
    this.#running = undefined;
    if (specs.mappings.length === 0) return;
    this.#running = await startLambda({
      ...specs,
      endpoint: this.#endpoint,
      region: REGION,
      credentials: CREDENTIALS,
      maxConcurrency: 1,
      onLog: () => undefined,
    });
  }

  async stop(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#running?.stop(0);
  }
}

/** STS, SNS, CloudWatch, the account settings of Lambda, and KMS with one key that hides nothing, over their protocols. */
async function startAccountServices(account: Cloud) {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { status = 200, type, content } = answerOf(account, request, body);
      response.writeHead(status, { 'content-type': type });
      response.end(typeof content === 'string' ? content : JSON.stringify(content));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly content: string | object;
}

function answerOf(account: Cloud, { url = '', headers }: IncomingMessage, body: string): Answer {
  const target = String(headers['x-amz-target'] ?? '');
  if (target.startsWith('TrentService.'))
    return { type: 'application/x-amz-json-1.1', content: kms(target, body) };
  // CloudWatch has measured nothing, and its log is empty.
  if (/^(?:GraniteService|Logs_)/.test(target))
    return { type: String(headers['content-type']), content: {} };
  if (url.startsWith('/2016-08-19/account-settings'))
    return { type: 'application/json', content: { AccountLimit: accountLimit(account) } };
  if (new URLSearchParams(body).get('Action') === 'ListSubscriptionsByTopic')
    return { type: 'text/xml', content: subscriptions(account) };
  const code = account.credentialsError;
  return { type: 'text/xml', ...(code ? { status: 403, content: stsError(code) } : CALLER) };
}

function kms(target: string, body: string): object {
  const { Plaintext, CiphertextBlob } = JSON.parse(body) as Record<string, string>;
  return {
    KeyId: 'key',
    ...(target.endsWith('.Encrypt')
      ? { CiphertextBlob: Plaintext }
      : { Plaintext: CiphertextBlob }),
  };
}

function accountLimit({ resources, concurrency }: Cloud): object {
  const reserved = [...resources.values()]
    .map(({ inputs }) => inputs['reservedConcurrentExecutions'])
    .reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
  return {
    ConcurrentExecutions: concurrency,
    UnreservedConcurrentExecutions: concurrency - reserved,
  };
}

/** No receiver has confirmed. */
function subscriptions({ resources }: Cloud): string {
  const members = [...resources.values()]
    .filter(({ type }) => type === 'aws:sns/topicSubscription:TopicSubscription')
    .map(({ inputs }) => {
      const { protocol, endpoint } = inputs as Record<string, string>;
      return `<member><SubscriptionArn>PendingConfirmation</SubscriptionArn><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint></member>`;
    });
  return `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`;
}

const stsError = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>The security token included in the request is ${code === 'ExpiredToken' ? 'expired' : 'invalid'}</Message></Error></ErrorResponse>`;

const CALLER = {
  content: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT_ID}:user/tester</Arn><UserId>TESTER</UserId><Account>${ACCOUNT_ID}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
};

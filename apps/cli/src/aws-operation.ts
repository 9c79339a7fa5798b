/** What a failed request was for. */
export interface Operation {
  /** IAM action, such as `s3:ListBucket`. */
  readonly action: string;
  /** Such as `s3://BUCKET/KEY`; undefined if the request names none. */
  readonly resource: string | undefined;
}

const operations = new WeakMap<object, Operation>();

/** Returns what the failed request was for, if its client was made by `withOperations`. */
export function operationOf(error: object): Operation | undefined {
  return operations.get(error);
}

type Handler = (given: { input: object }) => Promise<unknown>;

/** Structure of every client of the SDK. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: (next: never, context: { commandName?: string; clientName?: string }) => Handler,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
}

/** Makes the client remember what its failed requests were for: errors of the SDK do not say it. */
export function withOperations<T>(client: T): T {
  (client as Client).middlewareStack.add(
    (next: Handler, { commandName = '', clientName = '' }) =>
      async (given) => {
        try {
          return await next(given);
        } catch (error) {
          if (typeof error === 'object' && error !== null)
            operations.set(error, {
              action: actionOf(clientName, commandName),
              resource: resourceOf(given.input),
            });
          throw error;
        }
      },
    { step: 'initialize', name: 'rememberOperation' },
  );
  return client;
}

/** Actions whose names differ from the API's operations (Service authorization reference). */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadBucket: 's3:ListBucket',
  HeadObject: 's3:GetObject',
  ListObjectsV2: 's3:ListBucket',
  ListObjectVersions: 's3:ListBucketVersions',
  DeleteObjects: 's3:DeleteObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  SendMessageBatch: 'sqs:SendMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  ChangeMessageVisibilityBatch: 'sqs:ChangeMessageVisibility',
};

/** Prefixes of actions that differ from the client's name. */
const SERVICES: Readonly<Record<string, string>> = { CloudWatchLogs: 'logs' };

function actionOf(clientName: string, commandName: string): string {
  const name = commandName.replace(/Command$/, '');
  const service = clientName.replace(/Client$/, '');
  return ACTIONS[name] ?? `${SERVICES[service] ?? service.toLowerCase()}:${name}`;
}

function resourceOf(input: object): string | undefined {
  const { Bucket, Key, QueueUrl, FunctionName, DistributionId, logGroupName } = input as Record<
    string,
    unknown
  >;
  if (typeof Bucket === 'string')
    return `s3://${Bucket}${typeof Key === 'string' ? `/${Key}` : ''}`;
  const other = QueueUrl ?? FunctionName ?? DistributionId ?? logGroupName;
  return typeof other === 'string' ? other : undefined;
}

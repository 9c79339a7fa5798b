import { faultsIn, type Fault } from './fault.ts';

/** Those that deploy to a local pipeline take minutes. */
const DEPLOY_TESTS = ['tools/deploy/*.test.ts', '!tools/deploy/{deploy,whole-deployment}.test.ts'];

/** Faults of the services on one machine, of the deployment, and of what settings accept. */
export const HOST_FAULTS: readonly Fault[] = [
  ...faultsIn('schemas', 'libs/pipeline/src/stack/settings-sections.ts', [
    ['SQS refuses the batch', '.max(10_000)', '.max(10_001)'],
    [
      'Lambda refuses a batch of more than 10 without a window',
      'queue.batchSize > 10 &&',
      'queue.batchSize > 11 &&',
    ],
    [
      'Lambda refuses a concurrency of one',
      '.min(2)\n      .max(1000)\n      .default(10)',
      '.min(1)\n      .max(1000)\n      .default(10)',
    ],
    ['a message has four attempts', '.min(5)\n      .max(1000)', '.min(4)\n      .max(1000)'],
    [
      'dead letters go with their messages',
      'queue.deadLetterRetention <= queue.retention',
      'queue.deadLetterRetention < queue.retention',
    ],
    ['a day has twelve hours', 'DAY_SECONDS = 24 *', 'DAY_SECONDS = 12 *'],
    ['KMS refuses the days of a deletion', '.min(7)\n    .max(30)', '.min(6)\n    .max(30)'],
    ['logs cannot be kept for 30 days', '14, 30, 60', '14, 60'],
    ['CloudWatch refuses the days', '3288, 3653', '3288, 3653, 3654'],
    ['AWS refuses the tags', 'MOST_TAGS = 45', 'MOST_TAGS = 46'],
    [
      'a tag of the program is overwritten',
      "OWN_TAG_PREFIX = 'darkroom:'",
      "OWN_TAG_PREFIX = 'darkroom::'",
    ],
    ['an origin has a path', '(?::\\d{1,5})?)$/', '(?::\\d{1,5})?)/'],
    ['a page of any name is an origin', '/^(?:\\*|https?:', '/(?:\\*|https?:'],
    ['a subnet has any name', '/^subnet-[0-9a-f]{8,17}$/', '/subnet-[0-9a-f]{8,17}/'],
    ['a security group has any name', '/^sg-[0-9a-f]{8,17}$/', '/sg-[0-9a-f]{8,17}/'],
    ['logs say more than they must', "default('INFO')", "default('DEBUG')"],
  ]),
  ...faultsIn('schemas', 'libs/pipeline/src/stack/settings.ts', [
    [
      'a batch cannot be done in its time',
      'LEAST_MS_PER_MESSAGE = 100',
      'LEAST_MS_PER_MESSAGE = 10',
    ],
    [
      'throttled calls use attempts up',
      'queue.maximumConcurrency <= reservedConcurrency',
      'queue.maximumConcurrency < reservedConcurrency + 2',
    ],
    [
      'a conflict of settings is not found',
      '[concurrency(settings), batch(settings), age(settings)]',
      '[concurrency(settings), batch(settings)]',
    ],
    [
      'the batch is not compared with the time',
      '[concurrency(settings), batch(settings), age(settings)]',
      '[concurrency(settings), age(settings)]',
    ],
  ]),
  ...faultsIn('schemas', 'libs/pipeline/src/stack/environment.ts', [
    [
      'Lambda refuses the environment',
      'MAX_ENVIRONMENT_BYTES = 4096',
      'MAX_ENVIRONMENT_BYTES = 8192',
    ],
    [
      'the names of buckets do not fit',
      'OTHER_VARIABLES_BYTES = 1040',
      'OTHER_VARIABLES_BYTES = 40',
    ],
    ['the name of an event bus does not fit', 'EVENT_BUS_BYTES = 384', 'EVENT_BUS_BYTES = 0'],
  ]),
  ...faultsIn('schemas', 'libs/pipeline/src/recipe/names.ts', [
    ['a name has 65 characters', '[a-z0-9-]{0,62}', '[a-z0-9-]{0,63}'],
    ['a name leads to another folder', '/^[a-z0-9](?:', '/^[a-z0-9.\\/](?:'],
    ['a name ends with anything', '[a-z0-9])?$/;', '[a-z0-9])?/;'],
  ]),
  ...faultsIn('schemas', 'libs/pipeline/src/recipe/side-files.ts', [
    ['a side file has 160 MiB', '16 * 1024 * 1024', '160 * 1024 * 1024'],
  ]),
  ...faultsIn('schemas', 'libs/pipeline/src/stack/delivery.ts', [
    ['a browser that shows no JPEG gets none', "['jpeg', 'png', 'gif']", "['png', 'gif']"],
    [
      'an AVIF is offered to every client',
      "['jpeg', 'png', 'gif']",
      "['jpeg', 'png', 'gif', 'avif']",
    ],
  ]),
  ...faultsIn('s3-objects', 'libs/embedded-aws/src/s3/sub-resources.ts', [
    ['a listing with a delimiter is rejected', "  'delimiter',\n", ''],
    ['a listing from a key is rejected', "  'start-after',\n", ''],
    [
      'a version cannot be read',
      "'partNumber', 'v', 'versionId'],\n    ...[",
      "'partNumber', 'v'],\n    ...[",
    ],
    ['a version cannot be deleted', "DELETE: ['uploadId', 'versionId']", "DELETE: ['uploadId']"],
    [
      'a multipart upload cannot be aborted',
      "DELETE: ['uploadId', 'versionId']",
      "DELETE: ['versionId']",
    ],
    ['a presigned parameter is rejected', 'x-id|x-amz-.*|', 'x-id|'],
  ]),
  ...faultsIn('s3-uploads', 'libs/embedded-aws/src/s3/key-length.ts', [
    ['a key of 1,024 bytes is rejected', 'MAX_KEY_BYTES = 1024', 'MAX_KEY_BYTES = 1023'],
    ['a key that S3 cannot have is stored', 'MAX_KEY_BYTES = 1024', 'MAX_KEY_BYTES = 1025'],
  ]),
  ...faultsIn('s3-objects', 'libs/embedded-aws/src/s3/delete-objects.ts', [
    ['a request deletes 1,001 objects', 'MAX_KEYS = 1000', 'MAX_KEYS = 1001'],
  ]),
  ...faultsIn('s3-objects', 'libs/embedded-aws/src/s3/list-objects.ts', [
    ['a page has 1,001 keys', 'MAX_KEYS = 1000', 'MAX_KEYS = 1001'],
  ]),
  ...faultsIn('s3-uploads', 'libs/embedded-aws/src/s3/multipart-uploads.ts', [
    ['a part 10,001 is stored', 'MAX_PART_NUMBER = 10_000', 'MAX_PART_NUMBER = 10_001'],
    ['a page has 1,001 parts', 'MAX_LISTED_PARTS = 1_000', 'MAX_LISTED_PARTS = 1_001'],
  ]),
  ...faultsIn('s3-objects', 'libs/embedded-aws/src/s3/object-attributes.ts', [
    ['an archived object can be read', "['GLACIER', 'DEEP_ARCHIVE']", "['GLACIER']"],
    ['a storage class is unknown', "  'INTELLIGENT_TIERING',\n", ''],
  ]),
  ...faultsIn('s3-objects', 'libs/embedded-aws/src/s3/notification-configuration.ts', [
    ['removals are not announced', "  's3:ObjectRemoved:*',\n", ''],
    ['copies are not announced', "  's3:ObjectCreated:Copy',\n", ''],
    [
      'a finished multipart upload is not announced',
      "  's3:ObjectCreated:CompleteMultipartUpload',\n",
      '',
    ],
  ]),
  ...faultsIn('s3-uploads', 'libs/embedded-aws/src/s3/aws-chunked.ts', [
    ['a line of a chunk has no end', 'MAX_LINE_BYTES = 4096', 'MAX_LINE_BYTES = 4_096_000'],
    [
      'a trailer of a signed upload is content',
      "'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signature: HMAC, trailer: true }",
      "'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signature: HMAC, trailer: false }",
    ],
  ]),
  ...faultsIn('s3-uploads', 'libs/embedded-aws/src/s3/upload-integrity.ts', [
    ['a SHA-256 is not kept', ", 'x-amz-checksum-sha256']", ']'],
  ]),
  ...faultsIn('aws-http', 'libs/embedded-aws/src/http/cors.ts', [
    ['a page may not delete', "'POST', 'DELETE'];", "'POST'];"],
    ['a bucket has 101 rules', 'MAX_RULES = 100', 'MAX_RULES = 101'],
  ]),
  ...faultsIn('local-lambda', 'libs/local-lambda/src/event-source-mapping.ts', [
    [
      'a queue that fails is asked without a pause',
      'FIRST_BACKOFF_MS = 100',
      'FIRST_BACKOFF_MS = 0',
    ],
    [
      'messages of a stopped function stay hidden',
      'await this.#release(batch);\n      return;',
      'return;',
    ],
    [
      'messages wait in the poller',
      'while (this.#inFlight.size >= this.#concurrency) await Promise.race(this.#inFlight);',
      '',
    ],
    ['failed messages are deleted', "if (result.status !== 'succeeded') return new Set(ids);", ''],
    [
      'a partial failure repeats the batch',
      'this.#spec.reportBatchItemFailures ? failedMessageIds(result.payload, ids) : new Set()',
      'new Set()',
    ],
  ]),
  ...faultsIn('local-lambda', 'libs/local-lambda/src/queue.ts', [
    [
      'SQS refuses eleven messages',
      'MAX_MESSAGES_PER_REQUEST = 10',
      'MAX_MESSAGES_PER_REQUEST = 11',
    ],
    ['SQS refuses to wait for 21 seconds', 'MAX_WAIT_SECONDS = 20', 'MAX_WAIT_SECONDS = 21'],
  ]),
  ...faultsIn('local-lambda', 'libs/local-lambda/src/types.ts', [
    ['a payload is larger than Lambda takes', '6 * 1024 * 1024', '60 * 1024 * 1024'],
  ]),
  ...faultsIn('local-lambda', 'libs/local-lambda/src/environment-variables.ts', [
    [
      'a function sees the secrets of the machine',
      "PATH: process.env['PATH'] ?? '',",
      '...(process.env as Record<string, string>),',
    ],
    ['a function finds no endpoint', '    AWS_ENDPOINT_URL: host.endpoint,\n', ''],
    ['a function has no handler', '    _HANDLER: spec.handler,\n', ''],
    ['a stack overrides the credentials', '    ...spec.environment,\n', ''],
  ]),
  ...faultsIn('local-lambda', 'libs/local-lambda/src/runtime-api.ts', [
    [
      'other machines reach the runtime',
      "listen(0, '127.0.0.1', resolve)",
      "listen(0, '0.0.0.0', resolve)",
    ],
  ]),
  ...faultsIn('local-pulumi', 'libs/local-pulumi/src/engine/check.ts', [
    ['a name has six digits', 'DIGITS = 7', 'DIGITS = 6'],
  ]),
  ...faultsIn('local-pulumi', 'libs/local-pulumi/src/engine/stack-config.ts', [
    [
      'a stack name leads to another folder',
      '/^[A-Za-z0-9_.-]{1,100}$/',
      '/[A-Za-z0-9_.-]{1,100}/',
    ],
  ]),
  ...faultsIn('local-pulumi', 'libs/local-pulumi/src/resources/unknown.ts', [
    ...['name', 'zoneId', 'type', 'setIdentifier'].map(
      (input, _, all) =>
        [
          `a change of ${input} does not replace a resource`,
          "['name', 'zoneId', 'type', 'setIdentifier']",
          `[${all
            .filter((other) => other !== input)
            .map((other) => `'${other}'`)
            .join(', ')}]`,
        ] as const,
    ),
  ]),
  ...faultsIn('local-pulumi', 'libs/local-pulumi/src/resources/state-only.ts', [
    [
      'CloudFront refuses the function',
      'MAX_FUNCTION_CODE_BYTES = 10 * 1024',
      'MAX_FUNCTION_CODE_BYTES = 100 * 1024',
    ],
  ]),
  ...faultsIn(
    'deploy',
    'tools/deploy/prerequisites.ts',
    [
      ['an old Node.js runs the program', 'LEAST = [22, 18]', 'LEAST = [22, 17]'],
      ['Node.js 22.18 is refused', 'LEAST = [22, 18]', 'LEAST = [22, 19]'],
      ['Lambda refuses the reserved executions', 'UNRESERVABLE = 100', 'UNRESERVABLE = 99'],
      ['reserved executions that fit are refused', 'UNRESERVABLE = 100', 'UNRESERVABLE = 101'],
      [
        'a new account refuses the memory',
        'NEW_ACCOUNT_MEMORY = 3008',
        'NEW_ACCOUNT_MEMORY = 3009',
      ],
      [
        'the own reservation counts twice',
        'const free = unreserved + reserved;',
        'const free = unreserved;',
      ],
    ],
    DEPLOY_TESTS,
  ),
  ...faultsIn(
    'deploy',
    'tools/deploy/update-failure.ts',
    [
      ['an expired session has no remedy', 'ExpiredToken|', ''],
      ['throttling looks like a quota', 'TooMany(?!Requests)[A-Z]', 'TooMany[A-Z]'],
      ['a missing permission has no remedy', 'AccessDenied|', ''],
    ],
    DEPLOY_TESTS,
  ),
  ...faultsIn(
    'deploy',
    'tools/deploy/stack-state.ts',
    [
      [
        'a changed notification is not waited for',
        "  'aws:s3/bucketNotification:BucketNotification',\n",
        '',
      ],
      ['a changed rule is not waited for', "  'aws:cloudwatch/eventTarget:EventTarget',\n", ''],
      [
        'a function without a reservation counts as minus one',
        'Math.max(0, Number(reserved ?? 0))',
        'Number(reserved ?? 0)',
      ],
      ['the first change counts', 'Number(b) - Number(a)', 'Number(a) - Number(b)'],
    ],
    DEPLOY_TESTS,
  ),
  ...faultsIn(
    'deploy',
    'tools/deploy/smoke-test.ts',
    [
      [
        'the smoke test gives up after a minute',
        'SETTLING_MS = 10 * 60_000',
        'SETTLING_MS = 60_000',
      ],
      ['the upload is not repeated', 'AGAIN_MS = 30_000', 'AGAIN_MS = 30_000_000'],
    ],
    DEPLOY_TESTS,
  ),
];

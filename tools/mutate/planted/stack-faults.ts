import { faultsIn, type Fault } from './fault.ts';

const ACCESS = 'apps/policy/src/rules/access.ts';
const ENCRYPTION = 'apps/policy/src/rules/encryption.ts';

/** Without one of these, a public bucket passes. */
const BLOCKS = [
  'blockPublicAcls',
  'blockPublicPolicy',
  'ignorePublicAcls',
  'restrictPublicBuckets',
];

/** Faults of the stack: what it grants, and what the policy pack lets pass. */
export const STACK_FAULTS: readonly Fault[] = [
  ...faultsIn('policy', ACCESS, [
    ...BLOCKS.map((block) => [`${block} may be missing`, `'${block}',`, ''] as const),
    ['an action ends with a wildcard', '[a-z0-9]+$/i', '[a-z0-9]+/i'],
    ['an action begins with a wildcard', '/^[a-z0-9-]+:', '/[a-z0-9-]+:'],
    ['an action has no service', '[a-z0-9-]+:[a-z0-9]+$/i', '[a-z0-9-:]+$/i'],
    ['a name ends with a wildcard', '\\d*:[^*?]+$/', '\\d*:[^*?]+/'],
    ['a bucket is named by a wildcard', 's3:::[^*?/]+\\/[^?]+$/', 's3:::[^?/]+\\/[^?]+$/'],
    ['a log group is named by a wildcard', 'log-group:[^*?:]+:', 'log-group:[^?:]+:'],
    ['a function is named by a wildcard', 'function:[^*?:]+:', 'function:[^?:]+:'],
    ['any condition of AWS binds a service', 'aws:Source(?:Arn|Account)$', 'aws:'],
    ['a service may be bound by its account', '(?:Arn|Account)', '(?:Arn)'],
    ['a service may be bound by its resource', '(?:Arn|Account)', '(?:Account)'],
    ['a log group may be bound by its context', '|kms:EncryptionContext:', ''],
    ['a foreign account next to the own one has the key', 'principals.length === 1 &&', ''],
    ['a user has the key', ':root$/', ':/'],
    [
      'a denial is refused for whom it denies',
      "if (effect === 'Deny') continue;\n      if (principals.includes",
      'if (principals.includes',
    ],
    [
      'a denial is refused for what it denies',
      "if (effect === 'Deny') continue;\n      const known",
      'const known',
    ],
    [
      "a queue's policy may use `*` as a key's policy may",
      "one === '*' && (isOfKey || known.length === 0)",
      "one === '*'",
    ],
    ...[
      'xray:puttracesegments',
      'xray:puttelemetryrecords',
      'ec2:createnetworkinterface',
      'ec2:describenetworkinterfaces',
      'ec2:describesubnets',
      'ec2:deletenetworkinterface',
      'ec2:assignprivateipaddresses',
      'ec2:unassignprivateipaddresses',
    ].map((action) => [`${action} is refused without a resource`, `'${action}',`, ''] as const),
  ]),
  ...faultsIn('policy', 'apps/policy/src/rules/data-protection.ts', [
    ...['PUBLIC_ACCESS_BLOCK', 'OWNERSHIP', 'BUCKET_ENCRYPTION', 'BUCKET_POLICY'].map(
      (guard, index, all) =>
        [
          `the ${guard} of a kept bucket goes`,
          `${index === 0 ? '[' : ''}${guard}, ${all[index + 1] ?? 'BUCKET_LIFECYCLE]'}`,
          `${index === 0 ? '[' : ''}${all[index + 1] ?? 'BUCKET_LIFECYCLE]'}`,
        ] as const,
    ),
    [
      'the BUCKET_LIFECYCLE of a kept bucket goes',
      'BUCKET_POLICY, BUCKET_LIFECYCLE]',
      'BUCKET_POLICY]',
    ],
    ['the policy of the key of kept data goes', '[[KEY_POLICY], ', '[[], '],
    [
      'the key of kept data goes next to a disposable bucket',
      'stack.ofType(BUCKET).some(',
      'stack.ofType(BUCKET).every(',
    ],
  ]),
  ...faultsIn('policy', ENCRYPTION, [
    ...['QUEUE', 'TOPIC', 'LOG_GROUP', 'FUNCTION', 'EVENT_BUS'].map(
      (type, index) =>
        [
          `a ${type} needs no key`,
          `[${type}]: '${['kmsMasterKeyId', 'kmsMasterKeyId', 'kmsKeyId', 'kmsKeyArn', 'kmsKeyIdentifier'][index]}',`,
          '',
        ] as const,
    ),
    [
      "a bucket's plain HTTP is not looked at",
      "[BUCKET]: { type: BUCKET_POLICY, property: 'bucket', action: 's3:*' },",
      '',
    ],
    [
      "a queue's plain HTTP is not looked at",
      "[QUEUE]: { type: QUEUE_POLICY, property: 'queueUrl', action: 'sqs:*' },",
      '',
    ],
    [
      "a topic's plain HTTP is not looked at",
      "[TOPIC]: { type: TOPIC_POLICY, property: 'arn', action: 'sns:publish' },",
      '',
    ],
    ['a statement that allows plain HTTP counts as a denial', "effect === 'Deny' &&", ''],
    ['a denial for one principal is enough', "principals.includes('*') &&", ''],
    ['a denial of HTTPS is enough', "&&\n        conditions[CONDITION]?.join() === 'false'", ''],
    [
      'a denial with another condition is enough',
      'Object.keys(conditions).join() === CONDITION',
      'Object.keys(conditions).includes(CONDITION)',
    ],
    [
      'a denial of one action is enough',
      'actions.some((one) => one.toLowerCase() === action) &&',
      '',
    ],
    ['the first behaviour answers over plain HTTP', "'defaultCacheBehavior', ", ''],
    ['another behaviour answers over plain HTTP', ", 'orderedCacheBehaviors'", ''],
    ["AWS's own key counts as the account's", "!String(key).startsWith('alias/aws/') && ", ''],
  ]),
  ...faultsIn('policy', 'apps/policy/src/rules/lambda.ts', [
    ['a second worker starts while the first writes', 'const TIMES = 6', 'const TIMES = 5'],
    ['SQS hides a message for 30 seconds', '?? 30)', '?? 300)'],
    ['Lambda has three seconds', '?? 3) + window', '?? 1) + window'],
    ['the batching window does not count', ' + window;', ';'],
    ['a message has four attempts', 'LEAST_ATTEMPTS = 5', 'LEAST_ATTEMPTS = 4'],
    ['a message has to have six attempts', 'LEAST_ATTEMPTS = 5', 'LEAST_ATTEMPTS = 6'],
    ['SQS keeps messages for four days', 'RETENTION = 345_600', 'RETENTION = 1_209_600'],
    ['dead letters go with their messages', '<=\n        days(queue', '<\n        days(queue'],
    ['Lambda refuses a concurrency of one', 'most < 2', 'most < 1'],
    ['a concurrency of two is refused', 'most < 2', 'most < 3'],
    ['no concurrency is reserved', 'reserved >= 0 &&', 'reserved > 0 &&'],
    ['all of the reserved concurrency is used', 'reserved < most', 'reserved <= most'],
    ['Lambda refuses the environment', 'MOST = 4096', 'MOST = 4097'],
    ['an environment that fits is refused', 'MOST = 4096', 'MOST = 4095'],
    ['the names of variables do not count', 'Object.entries(all as', 'Object.values(all as'],
  ]),
  ...faultsIn('policy', 'apps/policy/src/rules/observability.ts', [
    ['an alarm has no section of the runbook', '#[a-z0-9-]+/', '/'],
    ['a runbook in the repository is no runbook', '|docs\\/runbook\\.md', ''],
    ['a composite alarm reaches no one', '[METRIC_ALARM, COMPOSITE_ALARM]', '[METRIC_ALARM]'],
    ['a switched off alarm reaches someone', "|| properties['actionsEnabled'] === false", ''],
    ['logs are kept for 0 days', 'days > 0', 'days >= 0'],
  ]),
  ...faultsIn('policy', 'apps/policy/src/rules/tags.ts', [
    ['the tag of the stack is missing', "['darkroom:stack', ", '['],
    ['the tag of the pipeline is missing', ", 'darkroom:pipeline']", ']'],
    ["the provider's default tags do not count", "['tags', 'tagsAll']", "['tags']"],
    ...[
      'BUCKET',
      'QUEUE',
      'TOPIC',
      'KEY',
      'FUNCTION',
      'EVENT_SOURCE_MAPPING',
      'ROLE',
      'IAM_POLICY',
    ].map(
      (type, index, all) =>
        [
          `a ${type} without tags passes`,
          `${index === 0 ? '...[' : ''}${type}, ${all[index + 1] ?? 'LOG_GROUP],'}`,
          `${index === 0 ? '...[' : ''}${all[index + 1] ?? 'LOG_GROUP],'}`,
        ] as const,
    ),
    ['a LOG_GROUP without tags passes', 'IAM_POLICY, LOG_GROUP],', 'IAM_POLICY],'],
    ...['METRIC_ALARM', 'COMPOSITE_ALARM', 'EVENT_BUS', 'EVENT_RULE', 'DISTRIBUTION'].map(
      (type, index, all) =>
        [
          `a ${type} without tags passes`,
          `${index === 0 ? '...[' : ''}${type}, ${all[index + 1] ?? 'CLOUDFRONT_FUNCTION],'}`,
          `${index === 0 ? '...[' : ''}${all[index + 1] ?? 'CLOUDFRONT_FUNCTION],'}`,
        ] as const,
    ),
    [
      'a CLOUDFRONT_FUNCTION without tags passes',
      'DISTRIBUTION, CLOUDFRONT_FUNCTION],',
      'DISTRIBUTION],',
    ],
  ]),
  ...faultsIn('policy', 'apps/policy/src/statements.ts', [
    [
      'all resources but one count as none',
      "raw.NotResource === undefined ? [raw.Resource ?? []].flat() : ['*']",
      '[raw.Resource ?? []].flat()',
    ],
    [
      'all actions but one count as none',
      "raw.NotAction === undefined ? [raw.Action ?? []].flat() : ['*']",
      '[raw.Action ?? []].flat()',
    ],
    ...[
      "ROLE]: 'assumeRolePolicy",
      "ROLE_POLICY]: 'policy",
      "IAM_POLICY]: 'policy",
      "BUCKET_POLICY]: 'policy",
      "QUEUE]: 'policy",
      "QUEUE_POLICY]: 'policy",
      "TOPIC_POLICY]: 'policy",
      "KEY_POLICY]: 'policy",
    ].map((line) => [`the policy of a [${line}' is not read`, `[${line}',`, ''] as const),
    [
      'any statement of a topic counts as its default',
      "principals.join() === '*' &&\n    actions.every",
      'actions.every',
    ],
    ['a default statement has another condition', 'others.length === 0 &&', ''],
    ...[
      'GetTopicAttributes',
      'SetTopicAttributes',
      'AddPermission',
      'RemovePermission',
      'DeleteTopic',
      'Subscribe',
      'ListSubscriptionsByTopic',
      'Publish',
    ].map(
      (action) =>
        [
          `a new topic is refused for ${action}`,
          `'${action}'${action === 'RemovePermission' ? '' : ','}`,
          '',
        ] as const,
    ),
  ]),
  ...faultsIn('permissions', 'apps/infra/src/permissions/key-policy.ts', [
    ['the key serves every log group of the account', 'log-group:${name}-logs-*', 'log-group:*'],
    [
      'the key serves every event bus of the account',
      'event-bus/${name}-outcomes-*',
      'event-bus/*',
    ],
    ['a statement for an event bus of others', '&& settings.events.busArn === undefined', ''],
    [
      'S3 of any account uses the key',
      "'s3.amazonaws.com', SEND, {\n            ArnEquals: { 'aws:SourceArn': source },\n            ...inAccount,",
      "'s3.amazonaws.com', SEND, {",
    ],
    [
      'notifications cannot be encrypted',
      "['kms:GenerateDataKey', 'kms:Decrypt'];",
      "['kms:Decrypt'];",
    ],
    [
      'notifications cannot be decrypted',
      "['kms:GenerateDataKey', 'kms:Decrypt'];",
      "['kms:GenerateDataKey'];",
    ],
    ...[
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:DescribeKey',
    ].map((action) => [`logs cannot ${action}`, `        '${action}',\n`, ''] as const),
    ['no policy of the account can allow the key', "Action: ['kms:*']", "Action: ['kms:Decrypt']"],
    [
      'CloudFront cannot read outputs',
      '...(distribution === undefined\n      ? []\n      :',
      '...(true\n      ? []\n      :',
    ],
    [
      'alarms of any account use the key',
      "'cloudwatch.amazonaws.com', SEND, inAccount",
      "'cloudwatch.amazonaws.com', SEND, {}",
    ],
    [
      'the policy of the key of kept data goes',
      '{ ...opts, protect, retainOnDelete: protect }',
      'opts',
    ],
  ]),
  ...faultsIn('permissions', 'apps/infra/src/permissions/function-role.ts', [
    ...[
      ["'s3:GetObject', 's3:PutObject'", "'s3:PutObject'"],
      ["'s3:PutObject', 's3:DeleteObject'", "'s3:PutObject'"],
      ["'s3:PutObject', 's3:DeleteObject'", "'s3:DeleteObject'"],
      ["'logs:CreateLogStream', ", ''],
      [", 'logs:PutLogEvents'", ''],
      ["'xray:PutTraceSegments', ", ''],
      [", 'xray:PutTelemetryRecords'", ''],
      ["'UseKey', ['kms:Decrypt', ", "'UseKey', ["],
      [", 'kms:GenerateDataKey']", ']'],
      ...[
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ChangeMessageVisibility',
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ].map((action) => [`'${action}',`, ''] as const),
    ].map(([from = '', to = '']) => [`an action is missing: ${from}`, from, to] as const),
    ['outputs of long keys cannot be written', '[...prefixes, LONG_PREFIX]', 'prefixes'],
    ['missing outputs look forbidden', '[source, processed]', '[source]'],
    ['missing uploads look forbidden', '[source, processed]', '[processed]'],
    ['the function reads all of the bucket', '`${bucketArn}/${prefix}*`', '`${bucketArn}/*`'],
    ['the function reads all side files', '`${source}/${key}`', '`${source}/*`'],
    ['any code of the account is denied interfaces', '${name}-resizer-*', '*'],
    ['IAM refuses the policy', 'MAX_INLINE_POLICY = 10_240', 'MAX_INLINE_POLICY = 10_241'],
    ['a policy that fits is refused', 'MAX_INLINE_POLICY = 10_240', 'MAX_INLINE_POLICY = 10_239'],
  ]),
  ...faultsIn('permissions', 'apps/infra/src/notifications/filters.ts', [
    ['S3 refuses 101 filters', 'MAX_FILTERS = 100', 'MAX_FILTERS = 101'],
    ['100 filters are refused', 'MAX_FILTERS = 100', 'MAX_FILTERS = 99'],
    [
      'uploads with a space in the prefix are lost',
      'SAFE_BEGINNING = /^[A-Za-z0-9/._-]*/',
      'SAFE_BEGINNING = /^[A-Za-z0-9/. _-]*/',
    ],
    [
      'uploads with a space in the suffix are lost',
      'SAFE_END = /[A-Za-z0-9/._-]*$/',
      'SAFE_END = /[A-Za-z0-9/. _-]*$/',
    ],
  ]),
  ...faultsIn('permissions', 'apps/infra/src/notifications/event-rules.ts', [
    ['EventBridge refuses a rule', 'FILTERS_OF_RULE = 10', 'FILTERS_OF_RULE = 11'],
    ['EventBridge refuses a long rule', 'PATTERN_BYTES = 2048 - 200', 'PATTERN_BYTES = 2048'],
    ['deletions are lost', "['Object Created', 'Object Deleted']", "['Object Created']"],
  ]),
  ...faultsIn(
    'permissions',
    'apps/infra/src/notifications/notifications.ts',
    [
      ['removals are lost', "'s3:ObjectRemoved:*', ", ''],
      ['expiries are lost', ", 's3:LifecycleExpiration:*'", ''],
    ],
    ['apps/infra/src/image-pipeline.test.ts'],
  ),
];

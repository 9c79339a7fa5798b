/**
 * Resource types that have no effect on this machine. They exist in the state, which gives other resources their
 * outputs and shows the program's changes to them.
 */
import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  defineResource,
  type AutoName,
  type Created,
  type DeployedResource,
  type ResourceHandler,
} from '../engine/index.ts';
import { arnOf, type AwsContext } from './aws.ts';
import { jsonText, policyText } from './json-text.ts';
import { COMMON_IGNORED, WHY } from './not-emulated.ts';

/** CloudFront developer guide, "Quotas on CloudFront Functions". */
const MAX_FUNCTION_CODE_BYTES = 10 * 1024;

/** Hosted zone of all distributions (Route 53 API reference, "AliasTarget"). */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

const { region, tags } = COMMON_IGNORED;

const PARAMETER_TYPE = 'aws:ssm/parameter:Parameter';

/** Values of the parameters of a deployment, by name. */
export function parametersOf(resources: readonly DeployedResource[]): ReadonlyMap<string, string> {
  return new Map(
    resources
      .filter(({ type }) => type === PARAMETER_TYPE)
      .map(({ id, inputs }) => [id, inputs['value'] as string]),
  );
}

export const stateOnlyResources: readonly ResourceHandler<AwsContext>[] = [
  // Explicit `new aws.Provider(…)`. Nested inputs of providers arrive as JSON texts.
  stateOnly({
    type: 'pulumi:providers:aws',
    why: WHY.provider,
    inputs: optional(
      ...['accessKey', 'allowedAccountIds', 'assumeRoleWithWebIdentity', 'assumeRoles'],
      ...['customCaBundle', 'defaultTags', 'ec2MetadataServiceEndpoint'],
      ...['ec2MetadataServiceEndpointMode', 'endpoints', 'forbiddenAccountIds', 'httpProxy'],
      ...['httpsProxy', 'ignoreTags', 'insecure', 'maxRetries', 'noProxy', 'profile', 'region'],
      ...['retryMode', 's3UsEast1RegionalEndpoint', 's3UsePathStyle', 'secretKey'],
      ...['sharedConfigFiles', 'sharedCredentialsFiles', 'skipCredentialsValidation'],
      ...['skipMetadataApiCheck', 'skipRegionValidation', 'skipRequestingAccountId', 'stsRegion'],
      ...['tagPolicyCompliance', 'token', 'tokenBucketRateLimiterCapacity'],
      ...['useDualstackEndpoint', 'useFipsEndpoint', 'userAgents', 'version'],
    ),
    replaceOn: [],
    describe: () => ({ id: 'local', outputs: {} }),
  }),

  stateOnly({
    type: 'aws:iam/role:Role',
    why: WHY.permissions,
    inputs: {
      name: z.string().regex(/^[\w+=,.@-]{1,64}$/, 'is not a valid role name'),
      assumeRolePolicy: policyText,
      path: z.string().default('/'),
      ...optional('description', 'forceDetachPolicies', 'inlinePolicies', 'managedPolicyArns'),
      ...optional('maxSessionDuration', 'permissionsBoundary'),
    },
    ignoredInputs: { tags },
    autoName: { property: 'name', maxLength: 64 },
    replaceOn: ['name', 'path'],
    describe: ({ name, path }, { accountId }) => ({
      id: name,
      outputs: { arn: `arn:aws:iam::${accountId}:role${path}${name}`, tagsAll: {} },
    }),
  }),
  stateOnly({
    type: 'aws:iam/rolePolicy:RolePolicy',
    why: WHY.permissions,
    inputs: { name: z.string().max(128), role: z.string(), policy: policyText },
    autoName: { property: 'name', maxLength: 128 },
    replaceOn: ['name', 'role'],
    describe: ({ role, name }) => ({ id: `${role}:${name}`, outputs: {} }),
  }),
  stateOnly({
    type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
    why: WHY.permissions,
    inputs: { role: z.string(), policyArn: z.string() },
    replaceOn: ['role', 'policyArn'],
    describe: ({ role, policyArn }) => ({ id: `${role}/${policyArn}`, outputs: {} }),
  }),

  stateOnly({
    type: 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
    why: WHY.asynchronousInvocation,
    inputs: {
      functionName: z.string(),
      maximumEventAgeInSeconds: z.int().min(60).max(21_600).optional(),
      maximumRetryAttempts: z.int().min(0).max(2).optional(),
      ...optional('destinationConfig', 'qualifier'),
    },
    ignoredInputs: { region },
    replaceOn: ['functionName', 'qualifier'],
    describe: ({ functionName }) => ({ id: functionName, outputs: {} }),
  }),
  stateOnly({
    type: 'aws:lambda/permission:Permission',
    why: WHY.permissions,
    inputs: {
      action: z.string(),
      function: z.string(),
      principal: z.string(),
      statementId: z.string().max(100),
      ...optional('sourceArn', 'sourceAccount', 'principalOrgId', 'qualifier', 'eventSourceToken'),
      ...optional('functionUrlAuthType', 'invokedViaFunctionUrl'),
    },
    ignoredInputs: { region },
    autoName: { property: 'statementId', maxLength: 100 },
    replaceOn: ['action', 'function', 'principal', 'statementId', 'sourceArn', 'sourceAccount'],
    describe: ({ function: name, statementId }) => ({
      id: `${name}/${statementId}`,
      outputs: {},
    }),
  }),

  stateOnly({
    type: 'aws:cloudwatch/logGroup:LogGroup',
    why: WHY.cloudWatch,
    inputs: {
      name: z.string().regex(/^[\w./#-]{1,512}$/, 'is not a valid log group name'),
      retentionInDays: z.int().min(0).default(0),
      ...optional('deletionProtectionEnabled', 'kmsKeyId', 'logGroupClass', 'skipDestroy'),
    },
    ignoredInputs: COMMON_IGNORED,
    autoName: { property: 'name', maxLength: 512 },
    replaceOn: ['name', 'logGroupClass'],
    describe: ({ name }, context) => ({
      id: name,
      outputs: { arn: arnOf(context, 'logs', `log-group:${name}`), tagsAll: {} },
    }),
  }),
  stateOnly({
    type: 'aws:cloudwatch/metricAlarm:MetricAlarm',
    why: WHY.cloudWatch,
    inputs: {
      name: z.string().min(1).max(255),
      ...optional('actionsEnabled', 'alarmActions', 'alarmDescription', 'comparisonOperator'),
      ...optional('datapointsToAlarm', 'dimensions', 'evaluateLowSampleCountPercentiles'),
      ...optional('evaluationCriteria', 'evaluationInterval', 'evaluationPeriods'),
      ...optional('extendedStatistic', 'insufficientDataActions', 'metricName', 'metricQueries'),
      ...optional('namespace', 'okActions', 'period', 'statistic', 'threshold'),
      ...optional('thresholdMetricId', 'treatMissingData', 'unit', 'warmUpConfiguration'),
    },
    ignoredInputs: COMMON_IGNORED,
    autoName: { property: 'name', maxLength: 255 },
    replaceOn: ['name'],
    describe: ({ name }, context) => ({
      id: name,
      outputs: { arn: arnOf(context, 'cloudwatch', `alarm:${name}`), tagsAll: {} },
    }),
  }),
  stateOnly({
    type: 'aws:cloudwatch/dashboard:Dashboard',
    why: WHY.cloudWatch,
    inputs: {
      dashboardName: z.string().regex(/^[\w-]{1,255}$/, 'is not a valid dashboard name'),
      dashboardBody: jsonText(z.looseObject({ widgets: z.array(z.json()) }), 'the dashboard'),
    },
    ignoredInputs: { region },
    replaceOn: ['dashboardName'],
    describe: ({ dashboardName }, { accountId }) => ({
      id: dashboardName,
      outputs: { dashboardArn: `arn:aws:cloudwatch::${accountId}:dashboard/${dashboardName}` },
    }),
  }),
  stateOnly({
    type: 'aws:cloudwatch/queryDefinition:QueryDefinition',
    why: WHY.cloudWatch,
    inputs: {
      name: z.string().regex(/^[^:*]{1,255}$/, 'is not a valid name of a saved query'),
      queryString: z.string().min(1).max(10_000),
      ...optional('logGroupNames'),
    },
    ignoredInputs: { region },
    replaceOn: [],
    describe: ({ name }) => ({ id: name, outputs: { queryDefinitionId: name } }),
  }),

  stateOnly({
    type: 'aws:sns/topic:Topic',
    why: WHY.sns,
    inputs: {
      name: z.string().regex(/^[\w-]{1,251}(\.fifo)?$/, 'is not a valid topic name'),
      policy: policyText.optional(),
      fifoTopic: z.boolean().default(false),
      ...optional('archivePolicy', 'contentBasedDeduplication', 'deliveryPolicy', 'displayName'),
      ...optional('fifoThroughputScope', 'kmsMasterKeyId', 'signatureVersion', 'tracingConfig'),
    },
    ignoredInputs: COMMON_IGNORED,
    autoName: {
      property: 'name',
      maxLength: 256,
      suffix: ({ fifoTopic }) => (fifoTopic === true ? '.fifo' : ''),
    },
    replaceOn: ['name', 'fifoTopic'],
    describe({ name }, context) {
      const arn = arnOf(context, 'sns', name);
      return { id: arn, outputs: { arn, owner: context.accountId, tagsAll: {} } };
    },
  }),
  stateOnly({
    type: 'aws:sns/topicPolicy:TopicPolicy',
    why: WHY.sns,
    inputs: { arn: z.string(), policy: policyText },
    ignoredInputs: { region },
    replaceOn: ['arn'],
    describe: ({ arn }, { accountId }) => ({ id: arn, outputs: { owner: accountId } }),
  }),
  stateOnly({
    type: 'aws:sns/topicSubscription:TopicSubscription',
    why: WHY.sns,
    inputs: {
      topic: z.string(),
      protocol: z.string(),
      endpoint: z.string(),
      ...optional('confirmationTimeoutInMinutes', 'deliveryPolicy', 'endpointAutoConfirms'),
      ...optional('filterPolicy', 'filterPolicyScope', 'rawMessageDelivery', 'redrivePolicy'),
      ...optional('replayPolicy', 'subscriptionRoleArn'),
    },
    ignoredInputs: { region },
    replaceOn: ['topic', 'protocol', 'endpoint'],
    describe({ topic, protocol, endpoint }, { accountId }) {
      const digest = createHash('sha256').update(`${protocol} ${endpoint}`).digest('hex');
      const arn = `${topic}:${digest.slice(0, 32)}`;
      return { id: arn, outputs: { arn, ownerId: accountId, pendingConfirmation: false } };
    },
  }),

  stateOnly({
    type: 'aws:kms/key:Key',
    why: WHY.kms,
    inputs: {
      ...optional('bypassPolicyLockoutSafetyCheck', 'customKeyStoreId', 'customerMasterKeySpec'),
      ...optional('deletionWindowInDays', 'description', 'enableKeyRotation', 'isEnabled'),
      ...optional('keyUsage', 'multiRegion', 'policy', 'rotationPeriodInDays', 'xksKeyId'),
    },
    ignoredInputs: COMMON_IGNORED,
    replaceOn: ['customerMasterKeySpec', 'keyUsage', 'multiRegion'],
    describe: (_inputs, context, id = randomUUID()) => ({
      id,
      outputs: { keyId: id, arn: arnOf(context, 'kms', `key/${id}`), tagsAll: {} },
    }),
  }),
  stateOnly({
    type: 'aws:kms/keyPolicy:KeyPolicy',
    why: WHY.kms,
    inputs: {
      keyId: z.string(),
      policy: policyText,
      ...optional('bypassPolicyLockoutSafetyCheck'),
    },
    ignoredInputs: { region },
    replaceOn: ['keyId'],
    describe: ({ keyId }) => ({ id: keyId, outputs: {} }),
  }),
  stateOnly({
    type: 'aws:kms/alias:Alias',
    why: WHY.kms,
    inputs: {
      name: z.string().regex(/^alias\/[\w/-]{1,250}$/, 'is not a valid alias name'),
      targetKeyId: z.string(),
    },
    ignoredInputs: { region },
    autoName: { property: 'name', maxLength: 256, prefix: 'alias/' },
    replaceOn: ['name'],
    describe: ({ name, targetKeyId: key }, context) => ({
      id: name,
      outputs: {
        arn: arnOf(context, 'kms', name),
        targetKeyArn: key.startsWith('arn:') ? key : arnOf(context, 'kms', `key/${key}`),
      },
    }),
  }),

  stateOnly({
    type: PARAMETER_TYPE,
    why: WHY.parameters,
    inputs: {
      name: z.string().regex(/^[\w./-]{1,1011}$/, 'is not a valid parameter name'),
      type: z.enum(['String', 'StringList', 'SecureString']),
      value: z.string().min(1).max(4096),
      ...optional('allowedPattern', 'dataType', 'description', 'keyId', 'overwrite', 'tier'),
    },
    ignoredInputs: COMMON_IGNORED,
    autoName: { property: 'name', maxLength: 1011 },
    replaceOn: ['name'],
    describe: ({ name, value }, context) => ({
      id: name,
      outputs: {
        arn: arnOf(context, 'ssm', `parameter/${name}`),
        // As on AWS, another value has another version.
        version: createHash('sha256').update(value).digest().readUInt32BE(),
        tagsAll: {},
      },
    }),
  }),
  stateOnly({
    type: 'aws:cloudwatch/eventBus:EventBus',
    why: WHY.eventBridge,
    inputs: {
      name: z.string().regex(/^[\w./-]{1,256}$/, 'is not a valid event bus name'),
      ...optional('deadLetterConfig', 'description', 'eventSourceName', 'kmsKeyIdentifier'),
      ...optional('logConfig'),
    },
    ignoredInputs: COMMON_IGNORED,
    autoName: { property: 'name', maxLength: 256 },
    replaceOn: ['name', 'eventSourceName'],
    describe: ({ name }, context) => ({
      id: name,
      outputs: { arn: arnOf(context, 'events', `event-bus/${name}`), tagsAll: {} },
    }),
  }),
  stateOnly({
    type: 'aws:cloudwatch/eventRule:EventRule',
    why: WHY.eventBridge,
    inputs: {
      name: z.string().regex(/^[\w.-]{1,64}$/, 'is not a valid rule name'),
      eventBusName: z.string().default('default'),
      eventPattern: jsonText(z.record(z.string(), z.json()), 'the pattern').optional(),
      ...optional('description', 'forceDestroy', 'isEnabled', 'roleArn', 'scheduleExpression'),
      ...optional('state'),
    },
    ignoredInputs: COMMON_IGNORED,
    autoName: { property: 'name', maxLength: 64 },
    replaceOn: ['name', 'eventBusName'],
    describe: ({ name, eventBusName }, context) => {
      const id = eventBusName === 'default' ? name : `${eventBusName}/${name}`;
      return { id, outputs: { arn: arnOf(context, 'events', `rule/${id}`), tagsAll: {} } };
    },
  }),
  stateOnly({
    type: 'aws:cloudwatch/eventTarget:EventTarget',
    why: WHY.eventBridge,
    inputs: {
      rule: z.string(),
      arn: z.string(),
      eventBusName: z.string().default('default'),
      targetId: z.string().regex(/^[\w.-]{1,64}$/, 'is not a valid target id'),
      ...optional('appsyncTarget', 'batchTarget', 'deadLetterConfig', 'ecsTarget', 'forceDestroy'),
      ...optional('httpTarget', 'input', 'inputPath', 'inputTransformer', 'kinesisTarget'),
      ...optional('redshiftTarget', 'retryPolicy', 'roleArn', 'runCommandTargets'),
      ...optional('sagemakerPipelineTarget', 'sqsTarget'),
    },
    ignoredInputs: { region },
    autoName: { property: 'targetId', maxLength: 64 },
    replaceOn: ['rule', 'eventBusName', 'targetId'],
    describe: ({ rule, targetId }) => ({ id: `${rule}-${targetId}`, outputs: {} }),
  }),

  stateOnly({
    type: 'aws:cloudfront/distribution:Distribution',
    why: WHY.cloudFront,
    inputs: {
      enabled: z.boolean(),
      origins: z.array(z.json()).min(1),
      defaultCacheBehavior: z.json(),
      restrictions: z.json(),
      viewerCertificate: z.json(),
      ...optional('aliases', 'anycastIpListId', 'cacheTagConfig', 'comment'),
      ...optional('connectionFunctionAssociation', 'continuousDeploymentPolicyId'),
      ...optional('customErrorResponses', 'defaultRootObject', 'httpVersion', 'isIpv6Enabled'),
      ...optional('loggingConfig', 'orderedCacheBehaviors', 'originGroups', 'priceClass'),
      ...optional('retainOnDelete', 'staging', 'viewerMtlsConfig', 'waitForDeployment', 'webAclId'),
    },
    ignoredInputs: { tags },
    replaceOn: [],
    describe(_inputs, context, id) {
      const { outputs, ...created } = cloudFront('distribution', context, id);
      // RFC 2606: a name under `.invalid` never resolves, so a request to it fails at once.
      const domainName = `${created.id.toLowerCase()}.cloudfront.invalid`;
      const hostedZoneId = CLOUDFRONT_ZONE;
      return {
        ...created,
        outputs: { ...outputs, domainName, hostedZoneId, status: 'Deployed', tagsAll: {} },
      };
    },
  }),
  stateOnly({
    type: 'aws:acm/certificate:Certificate',
    why: WHY.certificates,
    inputs: {
      domainName: z.string().max(253),
      validationMethod: z.enum(['DNS', 'EMAIL']).optional(),
      ...optional('keyAlgorithm', 'options', 'subjectAlternativeNames', 'validationOptions'),
    },
    ignoredInputs: COMMON_IGNORED,
    replaceOn: ['domainName', 'keyAlgorithm', 'subjectAlternativeNames', 'validationMethod'],
    describe({ domainName }, context, id = arnOf(context, 'acm', `certificate/${randomUUID()}`)) {
      const digest = createHash('sha256').update(domainName).digest('hex').slice(0, 32);
      const option = {
        domainName,
        resourceRecordName: `_${digest}.${domainName}.`,
        resourceRecordType: 'CNAME',
        resourceRecordValue: `_${digest}.acm-validations.invalid.`,
      };
      const outputs = { arn: id, domainValidationOptions: [option], status: 'ISSUED', tagsAll: {} };
      return { id, outputs };
    },
  }),
  stateOnly({
    type: 'aws:acm/certificateValidation:CertificateValidation',
    why: WHY.certificates,
    inputs: { certificateArn: z.string(), ...optional('validationRecordFqdns') },
    ignoredInputs: { region },
    replaceOn: ['certificateArn'],
    describe: ({ certificateArn }) => ({ id: certificateArn, outputs: {} }),
  }),
  stateOnly({
    type: 'aws:route53/record:Record',
    why: WHY.dns,
    inputs: {
      zoneId: z.string(),
      name: z.string(),
      type: z.string(),
      ...optional('aliases', 'allowOverwrite', 'healthCheckId', 'records', 'setIdentifier', 'ttl'),
    },
    replaceOn: ['zoneId', 'name', 'type'],
    describe: ({ zoneId, name, type }) => ({
      id: [zoneId, name, type].join('_'),
      outputs: { fqdn: name.replace(/\.$/, '') },
    }),
  }),
  stateOnly({
    type: 'aws:cloudfront/function:Function',
    why: WHY.cloudFront,
    inputs: {
      name: z.string().regex(/^[\w-]{1,64}$/, 'is not a valid function name'),
      code: z
        .string()
        .refine(
          (code) => Buffer.byteLength(code) <= MAX_FUNCTION_CODE_BYTES,
          'is larger than 10 KB',
        ),
      runtime: z.enum(['cloudfront-js-1.0', 'cloudfront-js-2.0']),
      ...optional('comment', 'keyValueStoreAssociations', 'publish'),
    },
    ignoredInputs: { tags },
    autoName: { property: 'name', maxLength: 64 },
    replaceOn: ['name'],
    describe(_inputs, context, id) {
      const { outputs, ...created } = cloudFront('function', context, id);
      return { ...created, outputs: { ...outputs, tagsAll: {} } };
    },
  }),
  stateOnly({
    type: 'aws:cloudfront/cachePolicy:CachePolicy',
    why: WHY.cloudFront,
    inputs: {
      name: z.string().regex(/^[\w-]{1,128}$/, 'is not a valid policy name'),
      parametersInCacheKeyAndForwardedToOrigin: z.json(),
      ...optional('comment', 'defaultTtl', 'maxTtl', 'minTtl'),
    },
    autoName: { property: 'name', maxLength: 128 },
    replaceOn: ['name'],
    describe: (_inputs, context, id) => cloudFront('cache-policy', context, id),
  }),
  stateOnly({
    type: 'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy',
    why: WHY.cloudFront,
    inputs: {
      name: z.string().regex(/^[\w-]{1,128}$/, 'is not a valid policy name'),
      ...optional('comment', 'corsConfig', 'customHeadersConfig', 'removeHeadersConfig'),
      ...optional('securityHeadersConfig', 'serverTimingHeadersConfig'),
    },
    autoName: { property: 'name', maxLength: 128 },
    replaceOn: ['name'],
    describe: (_inputs, context, id) => cloudFront('response-headers-policy', context, id),
  }),
  stateOnly({
    type: 'aws:cloudfront/originAccessControl:OriginAccessControl',
    why: WHY.cloudFront,
    inputs: {
      name: z.string().min(1).max(64),
      originAccessControlOriginType: z.string(),
      signingBehavior: z.string(),
      signingProtocol: z.string(),
      ...optional('description'),
    },
    autoName: { property: 'name', maxLength: 64 },
    replaceOn: ['name'],
    describe: (_inputs, context, id) => cloudFront('origin-access-control', context, id),
  }),
];

function stateOnly<Shape extends z.ZodRawShape>(definition: {
  type: string;
  /** Why the resource has no effect, for the user. */
  why: string;
  inputs: Shape;
  ignoredInputs?: Readonly<Record<string, string>>;
  autoName?: AutoName;
  replaceOn: readonly string[];
  /** @param id set if the resource exists: types with random ids keep it */
  describe: (
    inputs: z.output<z.ZodObject<Shape, z.core.$strict>>,
    context: AwsContext,
    id?: string,
  ) => Created;
}): ResourceHandler<AwsContext> {
  const { type, why, ignoredInputs, autoName, replaceOn, describe } = definition;
  return defineResource({
    type,
    inputs: z.strictObject(definition.inputs),
    notEmulated: why,
    replaceOn,
    ...(ignoredInputs && { ignoredInputs }),
    ...(autoName && { autoName }),
    create: (inputs, context: AwsContext) => describe(inputs, context),
    update: ({ id }, inputs, context) => describe(inputs, context, id).outputs,
  });
}

/** Optional inputs of any JSON value. */
function optional<Name extends string>(
  ...names: readonly Name[]
): Record<Name, z.ZodOptional<z.ZodJSONSchema>> {
  return Object.fromEntries(names.map((name) => [name, z.json().optional()])) as Record<
    Name,
    z.ZodOptional<z.ZodJSONSchema>
  >;
}

/** CloudFront's ids are random: `E` and 13 letters or digits. */
function cloudFront(kind: string, { accountId }: AwsContext, existing: string | undefined) {
  const id = existing ?? `E${randomUUID().replaceAll('-', '').slice(0, 13).toUpperCase()}`;
  return { id, outputs: { arn: `arn:aws:cloudfront::${accountId}:${kind}/${id}` } };
}

/** Functions of the AWS provider that programs can call. */
import {
  GetBucketNotificationConfigurationCommand,
  HeadBucketCommand,
  type QueueConfiguration,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { FunctionHandler, Properties } from '../engine/index.ts';
import { unlessAbsent, type AwsContext } from './aws.ts';
import { bucketOutputs } from './s3/bucket.ts';

const getCallerIdentity: FunctionHandler<AwsContext> = {
  token: 'aws:index/getCallerIdentity:getCallerIdentity',
  invoke: (_args, { accountId }) => ({
    id: accountId,
    accountId,
    arn: `arn:aws:iam::${accountId}:user/local`,
    userId: 'AIDALOCAL',
  }),
};

const getPartition: FunctionHandler<AwsContext> = {
  token: 'aws:index/getPartition:getPartition',
  invoke: () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
};

const getRegion: FunctionHandler<AwsContext> = {
  token: 'aws:index/getRegion:getRegion',
  invoke(args, context) {
    const asked = args['region'] ?? args['name'] ?? context.region;
    if (asked !== context.region) throw new Error(`there is one region here, ${context.region}`);
    const { region } = context;
    return {
      ...{ id: region, name: region, region },
      description: `${region} on this machine`,
      endpoint: `ec2.${region}.amazonaws.com`,
    };
  },
};

const bucketArgs = z.looseObject({ bucket: z.string() });

/** Looks up an existing bucket. */
const getBucket: FunctionHandler<AwsContext> = {
  token: 'aws:s3/getBucket:getBucket',
  async invoke(raw, context) {
    const { bucket } = bucketArgs.parse(raw);
    const head = context.s3.send(new HeadBucketCommand({ Bucket: bucket }));
    if (!(await unlessAbsent(['NotFound', 'NoSuchBucket'], head)))
      throw new Error(`there is no bucket ${bucket}`);
    return { id: bucket, ...bucketOutputs(bucket, context) };
  },
};

/** Returns queue notifications only: the embedded S3 does not support other targets. */
const getBucketNotification: FunctionHandler<AwsContext> = {
  token: 'aws:s3/getBucketNotification:getBucketNotification',
  async invoke(raw, { s3, region }) {
    const { bucket } = bucketArgs.parse(raw);
    const { QueueConfigurations = [] } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
    );
    const queues = QueueConfigurations.map(queueNotification);
    return {
      id: bucket,
      bucket,
      region,
      eventbridge: false,
      lambdaFunctions: [],
      queues,
      topics: [],
    };
  },
};

function queueNotification({ Id = '', QueueArn = '', Events = [], Filter }: QueueConfiguration) {
  const rule = (name: string) =>
    Filter?.Key?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === name)?.Value ?? '';
  return {
    id: Id,
    queueArn: QueueArn,
    events: Events,
    filterPrefix: rule('prefix'),
    filterSuffix: rule('suffix'),
  };
}

const texts = z.array(z.string()).optional();
const principals = z
  .array(z.strictObject({ type: z.string(), identifiers: z.array(z.string()) }))
  .optional();
const statement = z.strictObject({
  sid: z.string().optional(),
  effect: z.enum(['Allow', 'Deny']).default('Allow'),
  actions: texts,
  notActions: texts,
  resources: texts,
  notResources: texts,
  principals,
  notPrincipals: principals,
  conditions: z
    .array(z.strictObject({ test: z.string(), variable: z.string(), values: z.array(z.string()) }))
    .optional(),
});
/** Arguments that merge several documents are not supported and are rejected. */
const documentArgs = z.strictObject({
  policyId: z.string().optional(),
  version: z.string().default('2012-10-17'),
  statements: z.array(statement).default([]),
});

const getPolicyDocument: FunctionHandler<AwsContext> = {
  token: 'aws:iam/getPolicyDocument:getPolicyDocument',
  invoke(raw): Properties {
    const { policyId, version, statements } = documentArgs.parse(raw);
    const document = {
      Version: version,
      ...(policyId !== undefined && { Id: policyId }),
      Statement: statements.map(toJson),
    };
    return {
      ...raw,
      id: 'local',
      json: JSON.stringify(document, undefined, 2),
      minifiedJson: JSON.stringify(document),
    };
  },
};

function toJson(input: z.output<typeof statement>) {
  return {
    Sid: input.sid,
    Effect: input.effect,
    Action: oneOrMore(input.actions),
    NotAction: oneOrMore(input.notActions),
    Resource: oneOrMore(input.resources),
    NotResource: oneOrMore(input.notResources),
    Principal: principalsOf(input.principals),
    NotPrincipal: principalsOf(input.notPrincipals),
    Condition: input.conditions && conditionsOf(input.conditions),
  };
}

function oneOrMore(values: string[] | undefined): string | string[] | undefined {
  return values?.length === 1 ? values[0] : values;
}

function principalsOf(list: z.output<typeof principals>) {
  if (list?.some(({ type }) => type === '*')) return '*';
  return (
    list && Object.fromEntries(list.map(({ type, identifiers }) => [type, oneOrMore(identifiers)]))
  );
}

function conditionsOf(list: NonNullable<z.output<typeof statement>['conditions']>) {
  const conditions: Record<string, Record<string, string | string[] | undefined>> = {};
  for (const { test, variable, values } of list) {
    conditions[test] = { ...conditions[test], [variable]: oneOrMore(values) };
  }
  return conditions;
}

/** There is no Route 53 here: every zone exists. */
const getZone: FunctionHandler<AwsContext> = {
  token: 'aws:route53/getZone:getZone',
  invoke(raw): Properties {
    const { name } = z.looseObject({ name: z.string() }).parse(raw);
    const zoneId = 'Z0000000000000';
    return { ...raw, id: zoneId, zoneId, name, nameServers: [] };
  },
};

export const functions: readonly FunctionHandler<AwsContext>[] = [
  getBucket,
  getBucketNotification,
  getCallerIdentity,
  getPartition,
  getPolicyDocument,
  getRegion,
  getZone,
];

import { deliveredFiles, deliveryChoices, type Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Statement } from '../permissions/policy-document.ts';
import { requireDelivery } from '../partition.ts';
import { AUTO, chooseFormatCode } from './choose-format.ts';
import {
  createCachePolicy,
  createDistribution,
  createHeadersPolicy,
  type Chosen,
} from './distribution.ts';
import { createDomain, createDomainRecords } from './domain.ts';

export interface Delivery {
  readonly distribution: aws.cloudfront.Distribution;
  /** Where the outputs are for the world, without a slash at the end. */
  readonly url: pulumi.Output<string>;
  /** Of the processed bucket's policy. */
  readonly mayRead: pulumi.Output<Statement>;
}

/**
 * CloudFront in front of the processed bucket, where the settings say so.
 *
 * @throws ChoicesError where the choices do not fit into a CloudFront Function
 */
export function createDelivery(
  name: string,
  { settings, processed }: { settings: Settings; processed: aws.s3.Bucket },
  opts: pulumi.CustomResourceOptions,
): Delivery | undefined {
  const { delivery } = settings;
  if (!delivery) return undefined;
  const domain = createDomain(name, { delivery, tags: settings.tags }, opts);
  const distribution = createDistribution(
    name,
    {
      delivery,
      domain,
      // Fails through this input in partitions in which the program cannot create a distribution.
      enabled: aws.getRegionOutput({}, opts).apply(({ region }) => requireDelivery(name, region)),
      tags: settings.tags,
      processed,
      access: new aws.cloudfront.OriginAccessControl(
        `${name}-access`,
        {
          description: 'Lets the distribution read the processed bucket',
          originAccessControlOriginType: 's3',
          signingBehavior: 'always',
          signingProtocol: 'sigv4',
        },
        opts,
      ),
      cache: createCachePolicy(name, opts),
      headers: createHeadersPolicy(`${name}-headers`, { vary: false, cors: delivery.cors }, opts),
      chosen: createChoice(name, settings, delivery, opts),
    },
    opts,
  );
  if (domain) createDomainRecords(name, { domain, distribution }, opts);
  return {
    distribution,
    url: pulumi.interpolate`https://${domain?.names[0] ?? distribution.domainName}`,
    mayRead: pulumi
      .all([processed.arn, distribution.arn])
      .apply(([bucket, reader]) =>
        distributionMayRead(bucket, reader, deliveredFiles(settings.recipes, delivery)),
      ),
  };
}

/**
 * Only the delivered files: manifests and copies of uploads contain data that is not for the public.
 *
 * Without `s3:ListBucket` a missing output gives 403 instead of 404, but callers cannot list all keys.
 */
export function distributionMayRead(
  bucketArn: string,
  distributionArn: string,
  files: readonly string[],
): Statement {
  return {
    Sid: 'AllowDistribution',
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: ['s3:GetObject'],
    Resource: files.map((file) => `${bucketArn}/*/${file}`),
    // The ARN names the account, too.
    Condition: { ArnEquals: { 'aws:SourceArn': distributionArn } },
  };
}

function createChoice(
  name: string,
  { recipes, tags }: Settings,
  { choices, cors }: NonNullable<Settings['delivery']>,
  opts: pulumi.CustomResourceOptions,
): Chosen | undefined {
  const offered = deliveryChoices(recipes, choices);
  if (Object.values(offered).every((names) => Object.keys(names).length === 0)) return undefined;
  return {
    pathPattern: `*${AUTO}`,
    choose: new aws.cloudfront.Function(
      `${name}-choose-format`,
      {
        comment: 'The format that Accept names',
        runtime: 'cloudfront-js-2.0',
        code: chooseFormatCode(recipes, offered),
        tags,
      },
      opts,
    ),
    headers: createHeadersPolicy(`${name}-chosen-headers`, { vary: true, cors }, opts),
  };
}

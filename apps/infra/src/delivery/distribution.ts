import type { Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Chosen } from './delivery.ts';
import { NEVER_CACHED } from './policies.ts';

const ORIGIN = 'processed';

/** Seconds that "there is no such output" is believed: it may be made at this moment. */
const MISSING_SECONDS = 5;

export interface DistributionParts {
  readonly delivery: NonNullable<Settings['delivery']>;
  readonly tags: Settings['tags'];
  readonly processed: aws.s3.Bucket;
  readonly access: aws.cloudfront.OriginAccessControl;
  readonly cache: aws.cloudfront.CachePolicy;
  readonly headers: aws.cloudfront.ResponseHeadersPolicy;
  readonly chosen: Chosen | undefined;
}

/** Answers GET and HEAD over TLS, from copies near the reader or from the processed bucket. */
export function createDistribution(
  name: string,
  { delivery, tags, processed, access, cache, headers, chosen }: DistributionParts,
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.Distribution {
  const { priceClass, domains, certificateArn, accessLogsBucket } = delivery;
  const behaviour = {
    targetOriginId: ORIGIN,
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['GET', 'HEAD'],
    cachedMethods: ['GET', 'HEAD'],
    cachePolicyId: cache.id,
    responseHeadersPolicyId: headers.id,
    compress: false,
  };
  return new aws.cloudfront.Distribution(
    `${name}-delivery`,
    {
      comment: `Outputs of ${pulumi.getProject()}-${pulumi.getStack()}-${name}`,
      enabled: true,
      httpVersion: 'http2and3',
      isIpv6Enabled: true,
      priceClass,
      origins: [
        {
          originId: ORIGIN,
          domainName: processed.bucketRegionalDomainName,
          originAccessControlId: access.id,
        },
      ],
      defaultCacheBehavior: behaviour,
      orderedCacheBehaviors: [
        // The outcome as it is now: its own Cache-Control is `no-cache`.
        { ...behaviour, pathPattern: '*/manifest.json', cachePolicyId: NEVER_CACHED },
        ...(chosen ? [chosenBehaviour(behaviour, chosen)] : []),
      ],
      customErrorResponses: [403, 404].map((errorCode) => ({
        errorCode,
        errorCachingMinTtl: MISSING_SECONDS,
      })),
      restrictions: { geoRestriction: { restrictionType: 'none' } },
      viewerCertificate: viewerCertificate(certificateArn),
      ...(domains && { aliases: domains }),
      ...(accessLogsBucket !== undefined && {
        loggingConfig: { bucket: `${accessLogsBucket}.s3.amazonaws.com`, prefix: `${name}/` },
      }),
      tags,
    },
    opts,
  );
}

function chosenBehaviour<Behaviour extends object>(
  behaviour: Behaviour,
  { pathPattern, choose, headers }: Chosen,
) {
  return {
    ...behaviour,
    pathPattern,
    responseHeadersPolicyId: headers.id,
    functionAssociations: [{ eventType: 'viewer-request', functionArn: choose.arn }],
  };
}

/** CloudFront's own certificate comes with a minimum of TLS 1.0 that cannot be set: a host name of one's own mends it. */
function viewerCertificate(
  certificateArn: string | undefined,
): aws.types.input.cloudfront.DistributionViewerCertificate {
  if (certificateArn === undefined) return { cloudfrontDefaultCertificate: true };
  return {
    acmCertificateArn: certificateArn,
    sslSupportMethod: 'sni-only',
    minimumProtocolVersion: 'TLSv1.2_2021',
  };
}

import type { Cors, Settings } from '@darkroom/pipeline';
import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { readableName } from '../naming.ts';
import type { Domain } from './domain.ts';

const ORIGIN = 'processed';

/** Seconds for which CloudFront caches a missing output: the function may be making it. */
const MISSING_SECONDS = 5;

/** What answers `KEY/NAME.auto`. */
export interface Chosen {
  readonly pathPattern: string;
  readonly choose: aws.cloudfront.Function;
  readonly headers: aws.cloudfront.ResponseHeadersPolicy;
}

export interface DistributionParts {
  readonly delivery: NonNullable<Settings['delivery']>;
  readonly domain: Domain | undefined;
  readonly enabled: pulumi.Input<boolean>;
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
  { delivery, domain, enabled, tags, processed, access, cache, headers, chosen }: DistributionParts,
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.Distribution {
  const { priceClass, accessLogsBucket, cors, trustedKeyGroups, webAclId } = delivery;
  const preflights = cors && { originRequestPolicyId: FORWARDS_ORIGIN };
  const behaviour = {
    targetOriginId: ORIGIN,
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['GET', 'HEAD', ...(cors ? ['OPTIONS'] : [])],
    cachedMethods: ['GET', 'HEAD'],
    cachePolicyId: cache.id,
    responseHeadersPolicyId: headers.id,
    compress: false,
    // S3 answers preflights by the bucket's CORS configuration.
    ...preflights,
    ...(trustedKeyGroups && { trustedKeyGroups }),
  };
  return new aws.cloudfront.Distribution(
    `${name}-delivery`,
    {
      // At most 128 characters.
      comment: readableName(name).slice(0, 128),
      enabled,
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
        ...[
          ...(delivery.manifests ? ['*/manifest.json'] : []),
          ...(delivery.outcomes ? ['*/outcome.json'] : []),
        ].map((pathPattern) => ({ ...behaviour, pathPattern, cachePolicyId: NEVER_CACHED })),
        ...(chosen ? [chosenBehaviour(behaviour, chosen)] : []),
      ],
      customErrorResponses: [403, 404].map((errorCode) => ({
        errorCode,
        errorCachingMinTtl: MISSING_SECONDS,
      })),
      restrictions: { geoRestriction: { restrictionType: 'none' } },
      viewerCertificate: viewerCertificate(domain?.certificateArn),
      ...(domain && { aliases: [...domain.names] }),
      ...(webAclId !== undefined && { webAclId }),
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

/** CloudFront's default certificate allows TLS 1.0, which cannot be changed. Fix: configure a custom domain. */
function viewerCertificate(
  certificateArn: pulumi.Input<string> | undefined,
): aws.types.input.cloudfront.DistributionViewerCertificate {
  if (certificateArn === undefined) return { cloudfrontDefaultCertificate: true };
  return {
    acmCertificateArn: certificateArn,
    sslSupportMethod: 'sni-only',
    minimumProtocolVersion: 'TLSv1.2_2021',
  };
}

/**
 * AWS's policy `CachingDisabled`: the same id in every account (CloudFront developer guide, "Use managed cache
 * policies").
 */
export const NEVER_CACHED = '4135ea2d-6df8-44a3-9df3-4b5a5be4ad39';

/** AWS's policy `CORS-S3Origin`, which forwards `Origin` and `Access-Control-Request-*` ("Use managed origin request policies"). */
const FORWARDS_ORIGIN = '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf';

/** Response headers that scripts of other origins may read. */
export const EXPOSED_HEADERS = ['ETag', 'x-amz-version-id'];

/** Seconds for which a browser remembers the answer to a preflight: a changed setting is effective after it. */
export const PREFLIGHT_SECONDS = 600;

const MINUTE = 60;
const YEAR = 365 * 24 * 60 * MINUTE;

/** The objects' own `Cache-Control` decides how long copies are kept. Only `v` of the query is part of the cache key. */
export function createCachePolicy(
  name: string,
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.CachePolicy {
  return new aws.cloudfront.CachePolicy(
    `${name}-cache`,
    {
      comment: 'By path and v; as long as Cache-Control says',
      minTtl: 0,
      // Outputs have their own `Cache-Control`; this is for objects of other programs.
      defaultTtl: 5 * MINUTE,
      maxTtl: YEAR,
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: 'none' },
        headersConfig: { headerBehavior: 'none' },
        queryStringsConfig: { queryStringBehavior: 'whitelist', queryStrings: { items: ['v'] } },
        // Images are compressed as they are.
        enableAcceptEncodingGzip: false,
        enableAcceptEncodingBrotli: false,
      },
    },
    opts,
  );
}

/**
 * Whatever an upload has smuggled into an output, a browser shows it as the picture that it says it is, and runs
 * nothing.
 *
 * @param vary where the answer depends on the request's `Accept`: caches on the way have to know
 */
export function createHeadersPolicy(
  name: string,
  { vary, cors }: { readonly vary: boolean; readonly cors: Cors | undefined },
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.ResponseHeadersPolicy {
  const items = [
    // Pictures are there to be shown on pages of other origins, also on those that ask for it (COEP).
    { header: 'Cross-Origin-Resource-Policy', value: 'cross-origin', override: true },
    ...(vary ? [{ header: 'Vary', value: 'Accept', override: true }] : []),
  ];
  return new aws.cloudfront.ResponseHeadersPolicy(
    name,
    {
      comment: 'Pictures are pictures',
      securityHeadersConfig: {
        contentTypeOptions: { override: true },
        contentSecurityPolicy: {
          contentSecurityPolicy: "default-src 'none'; sandbox",
          override: true,
        },
        strictTransportSecurity: { accessControlMaxAgeSec: YEAR, override: true },
      },
      customHeadersConfig: { items },
      ...(cors && { corsConfig: corsConfig(cors) }),
    },
    opts,
  );
}

/** Overrides what S3 answers: cached copies hold the headers for the origin of their first request. */
function corsConfig({
  origins,
  methods,
  headers,
}: Cors): aws.types.input.cloudfront.ResponseHeadersPolicyCorsConfig {
  return {
    accessControlAllowCredentials: false,
    accessControlAllowOrigins: { items: origins },
    accessControlAllowMethods: { items: methods },
    accessControlAllowHeaders: { items: headers },
    accessControlExposeHeaders: { items: EXPOSED_HEADERS },
    accessControlMaxAgeSec: PREFLIGHT_SECONDS,
    originOverride: true,
  };
}

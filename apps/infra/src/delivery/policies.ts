import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/**
 * AWS's policy `CachingDisabled`: the same id in every account (CloudFront developer guide, "Use managed cache
 * policies").
 */
export const NEVER_CACHED = '4135ea2d-6df8-44a3-9df3-4b5a5be4ad39';

const MINUTE = 60;
const YEAR = 365 * 24 * 60 * MINUTE;

/** Copies are kept as long as the objects' own `Cache-Control` says. Of the URL's query, only `v` tells them apart. */
export function createCachePolicy(
  name: string,
  opts: pulumi.CustomResourceOptions,
): aws.cloudfront.CachePolicy {
  return new aws.cloudfront.CachePolicy(
    `${name}-cache`,
    {
      comment: 'By path and v; as long as Cache-Control says',
      minTtl: 0,
      // Every output says it itself: for what somebody else has put into the bucket.
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
  { vary }: { readonly vary: boolean },
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
    },
    opts,
  );
}

import type { SettingsInput } from '@darkroom/pipeline';
import { describe, expect, test } from 'vitest';
import { ImagePipeline } from '../image-pipeline.ts';
import { ACCOUNT, REGION } from '../testing/provider.ts';
import { runWithMocks, statementsOf } from '../testing/run-with-mocks.ts';

const encoded = (format: 'webp' | 'jpeg') => ({
  name: `w640-${format}`,
  steps: [{ resize: { width: 640 } }, { encode: { format } }],
});
const recipes: SettingsInput['recipes'] = [
  {
    name: 'photos',
    match: { prefix: 'uploads/' },
    variants: [encoded('webp'), encoded('jpeg')],
  },
];
const deploy = (delivery: SettingsInput['delivery'], rest: Partial<SettingsInput> = {}) =>
  runWithMocks(
    () =>
      new ImagePipeline('photos', {
        ...{ recipes, delivery, ...rest },
        packageDir: import.meta.dirname,
      }),
  );

interface Behaviour {
  readonly pathPattern?: string;
  readonly cachePolicyId: string;
  readonly responseHeadersPolicyId: string;
  readonly functionAssociations?: object[];
}
const DELIVERED = ['w640-webp.webp', 'w640-jpeg.jpg'];
const DISTRIBUTION = `arn:aws:cloudfront::${ACCOUNT}:distribution/E0123456789ABC`;

test('there is none unless the settings ask for it', async () => {
  const { resources } = await deploy(undefined);
  expect(resources.filter(({ type }) => type.startsWith('aws:cloudfront/'))).toEqual([]);
});

test('delivers neither copies of uploads nor unselected variants', async () => {
  const written = [
    {
      name: 'photos',
      variants: [encoded('webp'), { name: 'original', copy: true as const }],
    },
    {
      name: 'raw',
      match: { prefix: 'raw/' },
      variants: [{ ...encoded('jpeg'), name: 'original' }],
    },
  ];
  const filesOf = async (delivery: SettingsInput['delivery']) => {
    const deployment = await deploy(delivery, {
      recipes: written,
    });
    return statementsOf(deployment.resource('photos-processed-policy').inputs)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Resource = [] }) => Resource)
      .map((arn) => arn.replace('arn:aws:s3:::photos-processed-0a1b2c3/*/', ''));
  };
  expect(await filesOf({})).toEqual(['w640-webp.webp']);
  expect(await filesOf({ manifests: true })).toEqual(['w640-webp.webp', 'manifest.json']);
  expect(await filesOf({ outcomes: true })).toEqual(['w640-webp.webp', 'outcome.json']);
  expect(await filesOf({ variants: ['original'] })).toEqual(
    ['jpg', 'png', 'webp', 'avif', 'gif', 'tiff'].map((extension) => `original.${extension}`),
  );
});

describe('a distribution', async () => {
  const deployment = await deploy({ choices: { photos: { w640: ['w640-webp', 'w640-jpeg'] } } });
  const { inputs } = deployment.resource('photos-delivery');
  const behaviours = [
    inputs['defaultCacheBehavior'],
    ...(inputs['orderedCacheBehaviors'] as unknown[]),
  ] as Behaviour[];

  test('reads the processed bucket by access control, and is the only one that may', () => {
    expect(inputs['origins']).toEqual([
      {
        originId: 'processed',
        domainName: `photos-processed-0a1b2c3.s3.${REGION}.amazonaws.com`,
        originAccessControlId: 'photos-access-0a1b2c3',
      },
    ]);
    expect(deployment.resource('photos-access').inputs).toMatchObject({
      originAccessControlOriginType: 's3',
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
    });
    const allowed = statementsOf(deployment.resource('photos-processed-policy').inputs).filter(
      ({ Effect }) => Effect === 'Allow',
    );
    expect(allowed).toEqual([
      {
        Sid: 'AllowDistribution',
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Action: ['s3:GetObject'],
        Resource: DELIVERED.map((file) => `arn:aws:s3:::photos-processed-0a1b2c3/*/${file}`),
        Condition: { ArnEquals: { 'aws:SourceArn': DISTRIBUTION } },
      },
    ]);
    expect(
      statementsOf(deployment.resource('photos-source-policy').inputs).map(({ Effect }) => Effect),
    ).toEqual(['Deny']);
  });

  test('answers only GET and HEAD, over TLS and HTTP/2 or 3, and compresses nothing again', () => {
    expect(inputs).toMatchObject({ enabled: true, httpVersion: 'http2and3' });
    for (const behaviour of behaviours)
      expect(behaviour).toMatchObject({
        viewerProtocolPolicy: 'redirect-to-https',
        allowedMethods: ['GET', 'HEAD'],
        compress: false,
      });
  });

  test('keeps copies by path and v, as long as the objects say', () => {
    expect(deployment.resource('photos-cache').inputs).toMatchObject({
      minTtl: 0,
      parametersInCacheKeyAndForwardedToOrigin: {
        cookiesConfig: { cookieBehavior: 'none' },
        headersConfig: { headerBehavior: 'none' },
        queryStringsConfig: { queryStringBehavior: 'whitelist', queryStrings: { items: ['v'] } },
      },
    });
  });

  test.each([
    ['manifests', 'manifest.json'],
    ['outcomes', 'outcome.json'],
  ])('delivers %s only if asked, and keeps no copy of them', async (setting, file) => {
    expect(JSON.stringify(behaviours)).not.toContain(file);
    const { inputs: asked } = (await deploy({ [setting]: true })).resource('photos-delivery');
    const uncached = (asked['orderedCacheBehaviors'] as Behaviour[]).find(
      ({ pathPattern }) => pathPattern === `*/${file}`,
    );
    expect(uncached?.cachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a5be4ad39');
  });

  test('chooses a format before it asks the cache, and says that the answer varies', () => {
    const chosen = behaviours.find(({ pathPattern }) => pathPattern === '*.auto');
    expect(chosen?.functionAssociations).toEqual([
      {
        eventType: 'viewer-request',
        functionArn: expect.stringMatching(/:function\/photos-choose-format-0a1b2c3$/),
      },
    ]);
    const code = deployment.resource('photos-choose-format').inputs;
    expect(code).toMatchObject({ runtime: 'cloudfront-js-2.0' });
    expect(code['code']).toContain('w640-webp.webp');
    for (const [policy, varies] of [
      ['photos-chosen-headers', true],
      ['photos-headers', false],
    ] as const)
      expect(JSON.stringify(deployment.resource(policy).inputs).includes('"Vary"')).toBe(varies);
  });

  test('serves pictures that run nothing, whatever is in them', () => {
    for (const policy of ['photos-headers', 'photos-chosen-headers'])
      expect(deployment.resource(policy).inputs['securityHeadersConfig']).toMatchObject({
        contentTypeOptions: { override: true },
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'; sandbox" },
      });
    for (const { responseHeadersPolicyId } of behaviours)
      expect(responseHeadersPolicyId).toMatch(/^photos-(chosen-)?headers-/);
  });
});

test('without choices, no code runs for a request', async () => {
  const deployment = await deploy({});
  expect(deployment.ofType('aws:cloudfront/function:Function')).toEqual([]);
  expect(deployment.resource('photos-delivery').inputs['orderedCacheBehaviors']).toHaveLength(0);
});

test('a host name of one’s own comes with its certificate and a modern TLS', async () => {
  const certificateArn = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1`;
  const deployment = await deploy({
    domains: ['images.example.com'],
    certificateArn,
    priceClass: 'PriceClass_All',
    accessLogsBucket: 'logs-of-all',
  });
  expect(deployment.resource('photos-delivery').inputs).toMatchObject({
    aliases: ['images.example.com'],
    priceClass: 'PriceClass_All',
    viewerCertificate: {
      acmCertificateArn: certificateArn,
      sslSupportMethod: 'sni-only',
      minimumProtocolVersion: 'TLSv1.2_2021',
    },
    loggingConfig: { bucket: 'logs-of-all.s3.amazonaws.com', prefix: 'photos/' },
  });
});

test('with a KMS key, the distribution may decrypt what it reads', async () => {
  const deployment = await deploy({}, { encryption: { kms: true } });
  expect(statementsOf(deployment.resource('photos-key-policy').inputs)).toContainEqual(
    expect.objectContaining({
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: ['kms:Decrypt'],
      Condition: { ArnEquals: { 'aws:SourceArn': DISTRIBUTION } },
    }),
  );
});

describe('cors', async () => {
  const cors = { origins: ['https://shop.example'] };
  const choices = { photos: { w640: ['w640-webp', 'w640-jpeg'] } };
  const deployment = await deploy({ cors, choices });

  test('lets the pages of its origins read every output, whatever S3 answered first', () => {
    for (const policy of ['photos-headers', 'photos-chosen-headers'])
      expect(deployment.resource(policy).inputs['corsConfig']).toEqual({
        accessControlAllowCredentials: false,
        accessControlAllowOrigins: { items: ['https://shop.example'] },
        accessControlAllowMethods: { items: ['GET', 'HEAD'] },
        accessControlAllowHeaders: { items: ['*'] },
        accessControlExposeHeaders: { items: ['ETag', 'x-amz-version-id'] },
        accessControlMaxAgeSec: 600,
        originOverride: true,
      });
  });

  test('sends preflights to the processed bucket, whose rule is the same', () => {
    expect(deployment.resource('photos-delivery').inputs['defaultCacheBehavior']).toMatchObject({
      allowedMethods: ['GET', 'HEAD', 'OPTIONS'],
      cachedMethods: ['GET', 'HEAD'],
      originRequestPolicyId: '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf',
    });
    expect(deployment.resource('photos-processed-cors').inputs).toEqual({
      bucket: 'photos-processed-0a1b2c3',
      corsRules: [
        {
          allowedOrigins: ['https://shop.example'],
          allowedMethods: ['GET', 'HEAD'],
          allowedHeaders: ['*'],
          exposeHeaders: ['ETag', 'x-amz-version-id'],
          maxAgeSeconds: 600,
        },
      ],
    });
  });

  test('is off by default', async () => {
    const without = await deploy({});
    expect(without.ofType('aws:s3/bucketCorsConfiguration:BucketCorsConfiguration')).toEqual([]);
    expect(without.resource('photos-headers').inputs).not.toHaveProperty('corsConfig');
  });
});

test('a domain of a hosted zone comes with its certificate in us-east-1 and its records', async () => {
  const deployment = await deploy({ domain: { zone: 'example.com' } });
  const inputsOf = (name: string) => deployment.resource(name).inputs;
  expect(inputsOf('photos-certificate')).toMatchObject({
    domainName: 'images.example.com',
    validationMethod: 'DNS',
    region: 'us-east-1',
  });
  expect(inputsOf('photos-certificate-validation')).toMatchObject({
    zoneId: 'Z0123456789ABC',
    name: '_1.images.example.com.',
    type: 'CNAME',
    records: ['_2.acm-validations.aws.'],
  });
  const certificate = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1`;
  expect(inputsOf('photos-certificate-valid')).toMatchObject({
    certificateArn: certificate,
    region: 'us-east-1',
  });
  expect(inputsOf('photos-delivery')).toMatchObject({
    aliases: ['images.example.com'],
    viewerCertificate: {
      acmCertificateArn: certificate,
      minimumProtocolVersion: 'TLSv1.2_2021',
    },
  });
  for (const type of ['A', 'AAAA'])
    expect(inputsOf(`photos-domain-${type.toLowerCase()}`)).toMatchObject({
      zoneId: 'Z0123456789ABC',
      name: 'images.example.com',
      type,
      aliases: [{ name: 'e0123456789abc.cloudfront.net', zoneId: 'Z2FDTNDATAQYW2' }],
    });
});

test('every behaviour requires signed URLs with key groups, and a web ACL judges requests first', async () => {
  const webAclId = `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/photos/1`;
  const deployment = await deploy({ trustedKeyGroups: ['group-1'], webAclId });
  const { inputs } = deployment.resource('photos-delivery');
  expect(inputs['webAclId']).toBe(webAclId);
  for (const behaviour of [
    inputs['defaultCacheBehavior'],
    ...(inputs['orderedCacheBehaviors'] as unknown[]),
  ])
    expect(behaviour).toMatchObject({ trustedKeyGroups: ['group-1'] });
});

test.each([
  [
    { domain: { zone: 'example.com', name: 'img.example.org' } },
    /domain\.name: must be example\.com or/,
  ],
  [
    {
      domain: { zone: 'example.com' },
      domains: ['a.example.com'],
      certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/1`,
    },
    /domain\.zone: replaces `domains`/,
  ],
])('%j is refused', async (delivery, problem) => {
  await expect(deploy(delivery)).rejects.toThrow(problem);
});

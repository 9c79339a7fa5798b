import { stateOnly, anything } from './state-only.ts';
import { WHY } from './not-emulated.ts';

/** An explicit `new aws.Provider(…)`. Nested inputs of providers arrive as JSON texts. */
export const provider = stateOnly({
  type: 'pulumi:providers:aws',
  why: WHY.provider,
  inputs: anything(
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
});

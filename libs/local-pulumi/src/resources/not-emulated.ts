/** Why resources and inputs are accepted without effect, in words for the user. One text for each reason. */

const PERMISSIONS =
  'the embedded AWS checks no permissions: every caller on this machine may do everything';
const ENCRYPTION = 'objects and messages are stored as they are';
const NO_SERVICE = (service: string) => `there is no ${service} here: kept in the state only`;

export const WHY = {
  permissions: PERMISSIONS,
  encryption: ENCRYPTION,
  cloudWatch: NO_SERVICE('CloudWatch'),
  sns: NO_SERVICE('SNS'),
  cloudFront: NO_SERVICE('CloudFront'),
  certificates: NO_SERVICE('AWS Certificate Manager'),
  dns: NO_SERVICE('Route 53'),
  eventBridge: NO_SERVICE('EventBridge'),
  parameters: `a parameter is kept in the state, and read from it; ${ENCRYPTION}`,
  kms: `${NO_SERVICE('KMS')}, and ${ENCRYPTION}`,
  lifecycle: 'kept and read back, but nothing expires by itself',
  lifecycleEvents: 'nothing expires here, so no such event is ever sent',
  asynchronousInvocation: 'functions are only invoked by their event source mappings',
  provider: 'the embedded AWS is used whatever the provider says',
} as const;

/** Inputs that most resources of the AWS provider have. */
export const COMMON_IGNORED = {
  region: 'there is one region here',
  tags: 'nothing here reads tags',
} as const;

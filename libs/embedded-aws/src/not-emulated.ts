export interface NotEmulated {
  readonly what: string;
  readonly why: string;
}

/** Features of AWS that the embedded AWS does not have, in words for users. */
export const NOT_EMULATED: readonly NotEmulated[] = [
  {
    what: 'S3 lifecycle rules',
    why: 'stored and returned, but no version expires and no upload is aborted',
  },
  {
    what: 'Encryption and KMS',
    why: 'settings are stored and returned; objects and messages are stored as they are, with a customer’s key (SSE-C) too',
  },
  {
    what: 'IAM, bucket and queue policies, public access block, ownership, ACLs',
    why: 'settings are stored and returned; every caller on this machine may do everything',
  },
  {
    what: 'Signatures and expiry, of presigned URLs and form policies too',
    why: 'any credentials are accepted; only this machine can connect, and pages of other sites are rejected',
  },
  {
    what: 'S3 notifications to Lambda, SNS or EventBridge, and of other events than created and removed',
    why: 'rejected with 501',
  },
  {
    what: 'rules of EventBridge',
    why: 'PutEvents succeeds, but no rule receives the events',
  },
  {
    what: 'Object tags, the Expires header, object lock, restoring archived objects and S3’s other sub-resources',
    why: 'headers of a PUT are ignored; requests for the sub-resource fail with 501',
  },
  {
    what: 'CRC32C and CRC64NVME in answers',
    why: 'verified on upload like the others, but only CRC32, SHA-1 and SHA-256 are stored',
  },
  {
    what: 'SQS message retention and the redrive task API (StartMessageMoveTask)',
    why: 'messages stay until they are deleted; a redrive is a receive, a send and a delete',
  },
  {
    what: 'More than one region or account',
    why: 'queue names are unique, whatever region the client names',
  },
];

export interface NotEmulated {
  readonly what: string;
  readonly why: string;
}

/** What AWS does and the embedded AWS does not, for the console and the start-up text. */
export const NOT_EMULATED: readonly NotEmulated[] = [
  {
    what: 'S3 object versions',
    why: 'a bucket’s versioning configuration is kept and read back, but an overwrite or a delete is final; reconcile does not need versions',
  },
  {
    what: 'S3 lifecycle rules',
    why: 'kept and read back, but nothing expires and no upload is aborted by itself',
  },
  {
    what: 'Encryption and KMS',
    why: 'settings are kept and read back; objects and messages are stored as they are',
  },
  {
    what: 'IAM, bucket and queue policies, public access block, ownership, ACLs',
    why: 'settings are kept and read back; every caller on this machine may do everything',
  },
  {
    what: 'Signatures and expiry, of presigned URLs and form policies too',
    why: 'any credentials are taken; instead only this machine is listened to, and web pages of other sites are refused',
  },
  {
    what: 'S3 notifications to Lambda, SNS or EventBridge, and of other events than created and removed',
    why: 'refused with 501: the pipeline listens through SQS',
  },
  {
    what: 'EventBridge',
    why: 'what the function tells it is taken, and goes nowhere',
  },
  {
    what: 'Object tags, storage classes, the Expires header, object lock and S3’s other sub-resources',
    why: 'headers of a PUT are ignored, requests for the sub-resource are refused with 501',
  },
  {
    what: 'CRC32C and CRC64NVME in answers',
    why: 'they are checked on upload like the others, but only CRC32, SHA-1 and SHA-256 are kept',
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

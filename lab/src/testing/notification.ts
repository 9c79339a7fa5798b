/** Options of a message as S3 sends it (Amazon S3 user guide, "Event message structure"). */
export interface NotificationOptions {
  readonly bucket: string;
  readonly key: string;
  readonly eventName?: string;
  readonly eTag?: string;
  readonly bytes?: number;
}

export function notification(...records: readonly NotificationOptions[]): string {
  return JSON.stringify({ Records: records.map(record) });
}

/** The event as EventBridge sends it (Amazon S3 user guide, "EventBridge event message structure"). */
export function eventBridgeEvent({ bucket, key }: NotificationOptions): string {
  return JSON.stringify({
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-11-12T00:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { version: '0', bucket: { name: bucket }, object: { key }, reason: 'PutObject' },
  });
}

/** A message as SNS sends it without raw delivery. */
export function snsMessage(body: string): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:us-east-1:111122223333:uploads',
    Subject: 'Amazon S3 Notification',
    Message: body,
    Timestamp: '2026-11-12T00:00:00.000Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLE',
    SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem',
    UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
  });
}

function record({
  bucket,
  key,
  eventName = 'ObjectCreated:Put',
  eTag,
  bytes,
}: NotificationOptions) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: '2026-11-12T00:00:00.000Z',
    eventName,
    userIdentity: { principalId: 'EXAMPLE' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': 'EXAMPLE', 'x-amz-id-2': 'EXAMPLE' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads',
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: 'EXAMPLE' },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: { key: encodeInEvent(key), size: bytes, eTag, sequencer: '0055AED6DCD90281E5' },
    },
  };
}

/** As in a form: "the object key is URL-encoded; red flower.jpg is red+flower.jpg" (same page). */
export function encodeInEvent(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length);
}

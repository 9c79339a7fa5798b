import fc from 'fast-check';
import { encodeKey } from '../object-change.ts';

/* Complete messages as AWS writes them; `message-bodies.test.ts` checks them against Powertools. */

/** Any key that S3 accepts: up to 256 characters of up to 4 bytes, any Unicode except surrogates. */
export const arbitraryKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 256 });

/** A record of an S3 notification for `key`; members of `more` replace the defaults. */
export function s3Record(bucket: string, key: string, more: object = {}) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'eu-west-1',
    eventTime: '2024-05-01T12:03:04.192Z',
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AIDAINPONIXQXHT3IKHL2' },
    requestParameters: { sourceIPAddress: '205.255.255.255' },
    responseElements: { 'x-amz-request-id': 'D82B88E5F771F645', 'x-amz-id-2': 'vlR7PnpV2Ce8' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads',
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: 'A3I5XTEXAMAI3E' },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: {
        key: encodeKey(key),
        size: 1305107,
        eTag: 'b21b84d653bb07b05b1e6b33684dc11b',
        sequencer: '0C0F6F405D6ED209E1',
      },
    },
    ...more,
  };
}

export function s3Notification(...records: object[]) {
  return { Records: records };
}

export function s3TestEvent() {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2024-05-01T12:03:04.192Z',
    Bucket: 'uploads',
    RequestId: '5582815E1AEA5ADF',
    HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR',
  };
}

/** An S3 event that EventBridge sends to the queue. */
export function eventBridgeEvent(bucket: string, key: string, more: object = {}) {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2024-05-01T12:03:04Z',
    region: 'eu-west-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: 5, etag: 'b1946ac92492d2347c6235b4d2611184', sequencer: '617f08299329' },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '1.2.3.4',
      reason: 'PutObject',
    },
    ...more,
  };
}

/** The envelope of `message` from a topic without raw delivery. */
export function snsEnvelope(message: object) {
  return {
    Type: 'Notification',
    MessageId: 'd88d4479-6ec0-54fe-b63f-1cf9df4bb16e',
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:uploads',
    Subject: 'Amazon S3 Notification',
    Message: JSON.stringify(message),
    Timestamp: '2024-05-01T12:03:04.287Z',
    SignatureVersion: '1',
    Signature: 'tEo2i6Lw6',
    SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-01.pem',
    UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  };
}

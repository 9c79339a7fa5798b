/** Message bodies as the user guide has them ("Event message structure"), version 2.1. */
import { encodeKey } from './keys.ts';
import { nextSequencer } from './sequencer.ts';

/** What the event says of the object's version. */
export interface EventVersion {
  /** Absent for a removal. */
  readonly bytes?: number;
  /** With its quotes; absent for a version that is deleted. */
  readonly etag?: string;
  /** Absent for the null version. */
  readonly versionId?: string | undefined;
}

export interface ObjectEvent {
  /** Without `s3:`, as in the message: `ObjectCreated:Put`. */
  readonly name: string;
  readonly bucket: string;
  /** Plain; the message has it URL-encoded. */
  readonly key: string;
  readonly version: EventVersion;
  readonly region: string;
  readonly configurationId: string;
  readonly requestId: string;
  readonly sourceIp: string;
}

/** In place of the owner's canonical user id. */
const OWNER = 'EMBEDDED';

/** Any text: AWS support uses it. */
export const HOST_ID = 'embedded';

export function objectEvent(event: ObjectEvent): string {
  const { bytes, etag, versionId } = event.version;
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: event.region,
        eventTime: new Date().toISOString(),
        eventName: event.name,
        userIdentity: { principalId: OWNER },
        requestParameters: { sourceIPAddress: event.sourceIp },
        responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': HOST_ID },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: event.configurationId,
          bucket: {
            name: event.bucket,
            ownerIdentity: { principalId: OWNER },
            arn: `arn:aws:s3:::${event.bucket}`,
          },
          object: {
            key: encodeKey(event.key),
            // What is undefined is left out.
            size: bytes,
            eTag: etag?.replaceAll('"', ''),
            versionId,
            sequencer: nextSequencer(),
          },
        },
      },
    ],
  });
}

export function testEvent(bucket: string, requestId: string): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date().toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: HOST_ID,
  });
}

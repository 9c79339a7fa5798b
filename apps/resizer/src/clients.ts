import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '@darkroom/pipeline';

/**
 * Every request ends by itself well before the visibility timeout. Region, credentials and (on a laptop) the endpoint
 * come from the environment, as everywhere in AWS's SDK.
 */
export const clientConfig = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    // A request's own limit ends with the answer's headers: this one holds for the body.
    socketTimeout: REQUEST_TIMEOUT_MS,
  },
};

/**
 * S3 checks what we write, and we check what we read, whatever the environment says: no byte that the network has
 * changed becomes an output.
 */
export const createS3 = () =>
  new S3Client({
    ...clientConfig,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
  });
export const createSqs = () => new SQSClient(clientConfig);

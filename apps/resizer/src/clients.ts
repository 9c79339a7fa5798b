import { S3Client } from '@aws-sdk/client-s3';
import { CONNECTION_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '@darkroom/pipeline';

/**
 * Every request ends well before the visibility timeout. The SDK reads region, credentials and (locally) the endpoint from
 * the environment.
 */
export const clientConfig = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    // `requestTimeout` covers the headers of the response; this limit covers the body.
    socketTimeout: REQUEST_TIMEOUT_MS,
  },
};

/**
 * Checksums cover all writes and reads, whatever the environment configures: a byte that the network changed cannot become
 * an output.
 */
export const createS3 = () =>
  new S3Client({
    ...clientConfig,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
  });

/**
 * Traces an AWS client's requests with X-Ray if tracing is on. Otherwise X-Ray's SDK is not loaded: it takes a noticeable
 * part of a cold start and looks for its daemon.
 */
export async function clientTracing(isOn: boolean): Promise<<Client>(client: Client) => Client> {
  if (!isOn) return (client) => client;
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  const tracer = new Tracer();
  return (client) => tracer.captureAWSv3Client(client);
}

/**
 * Traces an AWS client's requests by X-Ray where tracing is on. Otherwise X-Ray's SDK is not even run: it would be a
 * noticeable part of every cold start, and look for its daemon.
 */
export async function clientTracing(isOn: boolean): Promise<<Client>(client: Client) => Client> {
  if (!isOn) return (client) => client;
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  const tracer = new Tracer();
  return (client) => tracer.captureAWSv3Client(client);
}

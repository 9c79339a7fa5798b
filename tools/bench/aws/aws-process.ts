/** The embedded AWS in a process of its own: its CPU time is not the function's. It counts the requests to S3. */
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startEmbeddedAws } from '@darkroom/embedded-aws';
import { PROCESSED, SOURCE } from './buckets.ts';
import { countRequest, type Counts, NO_REQUESTS } from './counts.ts';

const { endpoint } = await startEmbeddedAws({ port: 0 });
const account = { endpoint, region: 'us-east-1' };
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const s3 = new S3Client({ ...account, credentials, forcePathStyle: true });
const sqs = new SQSClient({ ...account, credentials });
for (const Bucket of [SOURCE, PROCESSED]) await s3.send(new CreateBucketCommand({ Bucket }));
const queues = await Promise.all(
  ['uploads', 'dead-letters'].map((QueueName) => sqs.send(new CreateQueueCommand({ QueueName }))),
);
s3.destroy();
sqs.destroy();

let counts: Counts = NO_REQUESTS;
/** When the manifest of an upload was written, by the key of the upload. */
let outcomes: [key: string, at: number][] = [];

diagnostics.subscribe('http.server.response.finish', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const { method = '', url = '' } = request;
  const sent = Number(
    request.headers['x-amz-decoded-content-length'] ?? request.headers['content-length'] ?? 0,
  );
  const received = Number(response.getHeader('content-length') ?? 0);
  counts = countRequest(counts, { method, url, sent, received });
  const [, key] = new RegExp(`^/${PROCESSED}/(.*)/manifest\\.json`).exec(url) ?? [];
  if (method === 'PUT' && key !== undefined) outcomes.push([decodeURIComponent(key), Date.now()]);
});

process.on('message', (question) => {
  if (question === 'counts') {
    process.send?.(counts);
    counts = NO_REQUESTS;
  } else {
    process.send?.(outcomes);
    outcomes = [];
  }
});
// Ends with its parent, however that ends.
process.once('disconnect', () => process.exit());
process.send?.({ endpoint, queueUrls: queues.map(({ QueueUrl }) => QueueUrl) });

/** A process that kills itself after 20 dead letters: `node redrive-process.ts ENDPOINT QUEUE_URL DEAD_LETTER_QUEUE_URL`. */
import { redrive } from '@darkroom/operations';
import { s3Client, sqsClient } from '@darkroom/embedded-aws/testing';

const [, , endpoint = '', queueUrl = '', deadLetterQueueUrl = ''] = process.argv;
await redrive({
  sqs: sqsClient(endpoint),
  s3: s3Client(endpoint),
  processedBucket: 'processed',
  recipes: [],
  queueUrl,
  deadLetterQueueUrl,
  filter: 'all',
  ratePerSecond: 20,
  onProgress: ({ moved }) => {
    if (moved >= 20) process.kill(process.pid, 'SIGKILL');
  },
});

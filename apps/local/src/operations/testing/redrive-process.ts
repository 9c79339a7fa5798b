/** A process of its own, to be killed after 20 letters: `node redrive-process.ts ENDPOINT QUEUE_URL DEAD_LETTER_QUEUE_URL`. */
import { redrive } from '@darkroom/operations';
import { s3Client, sqsClient } from '../../aws/testing/running-aws.ts';

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
    console.log(moved);
    // Stands still until it is killed, however late its parent comes to that.
    if (moved >= 20) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});

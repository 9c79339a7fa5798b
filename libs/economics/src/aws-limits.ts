/** A limit of AWS, with the page that publishes it. */
export interface AwsLimit<T> {
  readonly value: T;
  readonly text: string;
  readonly source: string;
}

const limit = <T>(value: T, text: string, source: string): AwsLimit<T> => ({ value, text, source });
const DOCS = 'https://docs.aws.amazon.com';

/** The limits that the model of SQS and Lambda knows. Looked up on 2026-12-01; quotas of an account may differ. */
export const AWS_LIMITS = {
  scaling: limit(
    { first: 5, perMinute: 300 },
    'Lambda reads 5 batches at once at first, and up to 300 more per minute while messages wait',
    `${DOCS}/lambda/latest/dg/services-sqs-scaling.html`,
  ),
  maximumConcurrency: limit(
    1250,
    'An event source mapping without MaximumConcurrency processes at most 1,250 batches at once',
    'https://aws.amazon.com/blogs/compute/introducing-faster-polling-scale-up-for-aws-lambda-functions-configured-with-amazon-sqs/',
  ),
  accountConcurrency: limit(
    1000,
    'An account runs 1,000 calls at once in a region, unless its quota is raised',
    `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`,
  ),
  throttling: limit(
    'visibility timeout',
    'Lambda retries a throttled batch until its visibility timeout is over; then the messages return to the queue',
    `${DOCS}/lambda/latest/dg/services-sqs-errorhandling.html`,
  ),
  inFlight: limit(
    120_000,
    'A standard queue has at most about 120,000 messages in flight',
    `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html`,
  ),
  batch: limit(
    10,
    'One request receives or deletes at most 10 messages',
    `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html`,
  ),
  longPoll: limit(
    20,
    'An idle poller waits up to 20 seconds for a message',
    `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html`,
  ),
  billing: limit(
    1,
    'Lambda bills each call, with its cold start, in steps of 1 ms',
    'https://aws.amazon.com/lambda/pricing/',
  ),
} as const;

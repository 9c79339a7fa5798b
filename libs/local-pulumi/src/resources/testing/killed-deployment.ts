/** A deployment that kills its own process after so many changes, before it can note the last one. */
import { run, type Program } from '../../engine/testing/run.ts';
import { handlers } from '../handlers.ts';
import { connect } from './embedded.ts';

/** Has, over several changes, everything that may be left half done. */
export const program: Program = async (register) => {
  const bucket = await register('aws:s3/bucket:Bucket', 'photos');
  const queue = await register('aws:sqs/queue:Queue', 'jobs', { visibilityTimeoutSeconds: 60 });
  const policy = await register('aws:sqs/queuePolicy:QueuePolicy', 'policy', {
    queueUrl: queue.id,
    policy: JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: '*' }],
    }),
  });
  await register(
    'aws:s3/bucketNotification:BucketNotification',
    'notification',
    {
      bucket: bucket.id,
      queues: [{ queueArn: queue.outputs['arn'] ?? null, events: ['s3:ObjectCreated:*'] }],
    },
    { dependencies: [policy.urn] },
  );
};

if (import.meta.main) {
  const [endpoint = '', dataDir = '', changes = ''] = process.argv.slice(2);
  let left = Number(changes);
  const { context } = connect(endpoint, dataDir, () => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
  await run(handlers, context, dataDir, program);
}

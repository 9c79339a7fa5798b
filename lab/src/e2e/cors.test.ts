/** Web pages on the local stack: the stack's CORS settings decide, as on AWS. */
import { startLocalStack } from '@darkroom/local';
import { expect, onTestFinished, test } from 'vitest';
import { directoryOfTest } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

const SHOP = 'http://localhost:3000';
const READER = 'https://magazine.example';

test('answers pages by source.cors and delivery.cors, and its own console always', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  await workspace.writeStack(
    'e2e',
    smallPipeline(8, {
      source: { cors: { origins: [SHOP], methods: ['PUT'], headers: ['content-*'] } },
      delivery: { cors: { origins: [READER] } },
    }),
  );
  const stack = await startLocalStack({
    ...{ workspace: workspace.directory, stack: 'e2e', dataDir: await directoryOfTest() },
    ...{ port: 0, awsPort: 0, strict: true },
  });
  onTestFinished(() => stack.stop(10_000));
  const { endpoint, sourceBucket, processedBucket } = stack.info;
  const preflight = async (bucket: string, origin: string, method: string, headers = '') => {
    const answer = await fetch(`${endpoint}/${bucket}/uploads/a.png`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers && { 'access-control-request-headers': headers }),
      },
    });
    return answer.status;
  };

  expect(await preflight(sourceBucket, SHOP, 'PUT', 'content-type')).toBe(200);
  expect(await preflight(sourceBucket, SHOP, 'PUT', 'x-amz-meta-a')).toBe(403);
  expect(await preflight(sourceBucket, SHOP, 'DELETE')).toBe(403);
  expect(await preflight(sourceBucket, 'http://localhost:3001', 'PUT')).toBe(403);
  expect(await preflight(sourceBucket, READER, 'PUT')).toBe(403);

  expect(await preflight(processedBucket, READER, 'GET', 'range')).toBe(200);
  expect(await preflight(processedBucket, SHOP, 'GET')).toBe(403);
  const image = await fetch(`${endpoint}/${processedBucket}/none`, { headers: { origin: READER } });
  expect(image.headers.get('access-control-allow-origin')).toBe(READER);

  for (const origin of [stack.url, stack.url.replace('127.0.0.1', 'localhost')])
    expect(await preflight(sourceBucket, origin, 'PUT', 'content-type')).toBe(200);
});

/** The whole of `npm run deploy`, with the Pulumi CLI replaced and AWS's services on this machine. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import type { Outputs } from './pulumi.ts';
import { fakeAccount } from './testing/fake-account.ts';
import { fakeWorkspace } from './testing/fake-workspace.ts';
import { localPipeline } from './testing/local-pipeline.ts';
import { screen } from './testing/screen.ts';

const STACK = 'test';

async function keysOf(outputs: Outputs): Promise<string[]> {
  const s3 = new S3Client({ region: 'us-east-1' });
  const listed = await Promise.all(
    [outputs.sourceBucket, outputs.processedBucket].map((Bucket) =>
      s3.send(new ListObjectsV2Command({ Bucket })),
    ),
  );
  s3.destroy();
  return listed.flatMap(({ Contents = [] }) => Contents.map(({ Key = '' }) => Key));
}

test('deploys, tries it out, and leaves nothing of that behind', async () => {
  const outputs = await localPipeline();
  await fakeAccount();
  const workspace = await fakeWorkspace({ outputs });
  const terminal = screen('y');
  await deploy({ stack: STACK, yes: false }, workspace.directory, terminal);

  expect(await workspace.calls()).toEqual([
    'pulumi version',
    'pulumi whoami --non-interactive',
    `pulumi stack export --stack ${STACK}`,
    'nx package-arm64 resizer --outputStyle=static',
    `pulumi stack select --create ${STACK}`,
    expect.stringMatching(
      /^pulumi preview --stack test --diff --policy-pack apps\/policy --event-log \S+$/,
    ),
    expect.stringMatching(
      /^pulumi up --stack test --yes --skip-preview --policy-pack apps\/policy --event-log \S+$/,
    ),
    `pulumi stack output --stack ${STACK} --json`,
    `pulumi stack export --stack ${STACK}`,
  ]);
  const said = terminal.lines.join('\n');
  expect(said).toContain('✓ Pulumi v3.265.0, logged in as tester');
  expect(said).toContain('✓ AWS account 123456789012, as arn:aws:iam::123456789012:user/tester');
  expect(said).toContain(`Deploy the stack ${STACK} to the account 123456789012? (y/N)`);
  expect(said).toMatch(/✓ uploads\/darkroom-smoke-test-\S+\.jpg, \d+\.\d s:/);
  expect(said).toMatch(/thumb\.webp {2}200×200, \d+ bytes/);
  expect(said).toContain(`sourceBucket: ${outputs.sourceBucket}`);
  expect(await keysOf(outputs)).toEqual([]);
});

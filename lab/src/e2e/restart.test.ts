/** Stops and kills during work, and a start with another recipe. No upload is lost. */
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { PATIENCE, type Client } from '../testing/client.ts';
import { DarkroomProcess } from '../testing/darkroom-process.ts';
import { untilConsistent, findInconsistencies } from '../testing/consistency.ts';
import { picture } from '../testing/pictures.ts';
import { startStack, directoryOfTest, type RunningStackOptions } from '../testing/running-stack.ts';
import { createWorkspace, smallPipeline } from '../testing/workspace.ts';

const UPLOADS = 40;
const keysFrom = (first: number) =>
  Array.from({ length: UPLOADS }, (_, index) => `uploads/${first + index}.jpg`);
const keys = keysFrom(0);

let dataDir: string;

beforeEach(async () => {
  dataDir = await directoryOfTest();
});

async function start(options: RunningStackOptions = {}) {
  const running = await startStack({ dataDir, ...options });
  onTestFinished(() => running.stop());
  return running;
}

async function outcomes(client: Client): Promise<number> {
  const outputs = await client.list(client.stack.processedBucket);
  return [...outputs.keys()].filter((key) => key.endsWith('/manifest.json')).length;
}

/**
 * Uploads until some uploads have an outcome and most of the last ones do not, however fast the machine is.
 * @returns the keys of all uploads
 */
async function uploadToTheMiddle(client: Client): Promise<string[]> {
  const body = await picture({ width: 640, height: 480 });
  const uploaded: string[] = [];
  let done = 0;
  while (done < 3 || done > uploaded.length - UPLOADS / 2) {
    if (done > uploaded.length - UPLOADS / 2) {
      const more = keysFrom(uploaded.length);
      await Promise.all(more.map((key) => client.upload(key, body)));
      uploaded.push(...more);
    }
    done = await outcomes(client);
  }
  expect(done).toBeLessThan(uploaded.length);
  return uploaded;
}

async function expectAllDone(client: Client, uploaded: readonly string[]): Promise<void> {
  await untilConsistent(client);
  const manifests = await Promise.all(uploaded.map((key) => client.manifestOf(key)));
  expect(manifests.map((manifest) => manifest?.status)).toEqual(uploaded.map(() => 'done'));
}

test('stopped in the middle and started again', async () => {
  const first = await start();
  const before = first.client.stack;
  const uploaded = await uploadToTheMiddle(first.client);
  await first.stop();

  const second = await start();
  const { sourceBucket, processedBucket } = second.client.stack;
  expect({ sourceBucket, processedBucket }).toEqual({
    sourceBucket: before.sourceBucket,
    processedBucket: before.processedBucket,
  });
  expect(second.local.changes).toMatchObject({ created: 0, replaced: 0, deleted: 0 });
  await expectAllDone(second.client, uploaded);
  await second.stop();
});

test('killed while uploads come in, and started again: every upload that was answered is done', async () => {
  const body = await picture({ width: 640, height: 480 });
  const environment = { DARKROOM_DATA_DIR: dataDir };
  const first = new DarkroomProcess({ environment });
  const client = await first.connect();
  const answered: string[] = [];
  // Observed from the start: uploads fail as soon as the process is killed.
  const uploads = Promise.allSettled(
    keys.map(async (key) => {
      await client.upload(key, body);
      answered.push(key);
    }),
  );
  await vi.waitFor(() => expect(answered.length).toBeGreaterThan(UPLOADS / 4), PATIENCE);
  first.kill('SIGKILL');
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await uploads;
  client.close();

  const second = new DarkroomProcess({ environment });
  const again = await second.connect();
  await untilConsistent(again);
  const stored = await again.list(again.stack.sourceBucket);
  expect(answered.filter((key) => !stored.has(key))).toEqual([]);

  // An application repeats requests without a response.
  await Promise.all(
    keys.filter((key) => !answered.includes(key)).map((key) => again.upload(key, body)),
  );
  await expectAllDone(again, keys);
  again.close();
  second.kill('SIGTERM');
  expect(await second.exited).toEqual({ code: 0, signal: null });
});

test('killed in the middle of the work, and started again', async () => {
  const environment = { DARKROOM_DATA_DIR: dataDir };
  const first = new DarkroomProcess({ environment });
  const client = await first.connect();
  const uploaded = await uploadToTheMiddle(client);
  first.kill('SIGKILL');
  await first.exited;
  client.close();

  const second = await start();
  expect(second.local.recovered).toBeGreaterThan(0);
  await expectAllDone(second.client, uploaded);
  await second.stop();
});

test('a changed recipe updates the function, and everything is made again', async () => {
  const workspace = await createWorkspace();
  onTestFinished(() => workspace.remove());
  const options = { workspace: workspace.directory, stack: 'e2e' };

  await workspace.writeStack('e2e', smallPipeline(24));
  const first = await start(options);
  const before = await first.client.uploadAndWait('uploads/a.jpg', await picture());
  expect(before.outputs).toMatchObject([{ variant: 'w24', width: 24 }]);
  await first.client.uploadAndWait('uploads/b.jpg', 'no picture');
  await first.client.untilIdle();
  await first.stop();

  await workspace.writeStack('e2e', smallPipeline(32));
  const second = await start(options);
  expect(second.local.changes).toMatchObject({ created: 0, replaced: 0, deleted: 0 });
  expect(second.local.changes.updated).toBeGreaterThan(0);
  await second.client.untilIdle();
  const after = await second.client.manifestOf('uploads/a.jpg');
  expect(after?.outputs).toMatchObject([{ variant: 'w32', width: 32 }]);
  expect(after?.recipeHash).not.toBe(before.recipeHash);
  expect(await findInconsistencies(second.client)).toEqual([]);
  await second.stop();

  const third = await start(options);
  expect(third.local.changes).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
  expect(third.local.recovered).toBe(0);
});

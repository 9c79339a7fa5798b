import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { startApi, type Api, type StackInfo } from '@darkroom/console-api';
import { exampleStack } from '@darkroom/console-api/testing';
import { findStack } from './find-stack.ts';

let api: Api | undefined;
afterEach(() => api?.stop());

async function start(stack: () => StackInfo | undefined): Promise<Api> {
  return (api = await startApi({ port: 0, host: '127.0.0.1', consoleDir: tmpdir(), stack }));
}

test('waits while the stack starts, and says so once', async () => {
  const ready: { info?: StackInfo } = {};
  const { url } = await start(() => ready.info);
  const onStarting = vi.fn(() => {
    ready.info = exampleStack();
  });
  expect(await findStack(url, onStarting)).toMatchObject(exampleStack());
  expect(onStarting).toHaveBeenCalledOnce();
});

test('says what to do where nothing answers', async () => {
  const { url } = await start(() => undefined);
  await api?.stop();
  await expect(findStack(url, () => undefined)).rejects.toThrow(
    `Nothing answers at ${url}: run "npm start" in another terminal first`,
  );
});

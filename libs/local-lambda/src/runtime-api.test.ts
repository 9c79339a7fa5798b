import { afterEach, beforeEach, expect, test } from 'vitest';
import { RuntimeApi } from './runtime-api.ts';

let api: RuntimeApi;

beforeEach(async () => {
  api = await RuntimeApi.listen();
});
afterEach(() => api.close());

const invocation = {
  requestId: 'request-1',
  payload: '{"a":1}',
  deadlineMs: 1_700_000_000_000,
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700',
};

function call(method: string, path: string, body?: string) {
  const url = `http://${api.address}/2018-06-01/runtime${path}`;
  return fetch(url, { method, ...(body !== undefined && { body }) });
}

test('an invocation: next waits, the answer is accepted once, next again ends it', async () => {
  const next = call('GET', '/invocation/next');
  expect(await api.initialised).toBeUndefined();
  const invoked = api.invoke(invocation);

  const given = await next;
  expect(given.status).toBe(200);
  expect(await given.text()).toBe('{"a":1}');
  expect(Object.fromEntries(given.headers)).toMatchObject({
    'lambda-runtime-aws-request-id': 'request-1',
    'lambda-runtime-deadline-ms': '1700000000000',
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceId,
  });

  const answered = await call('POST', '/invocation/request-1/response', '"done"');
  expect([answered.status, await answered.json()]).toEqual([202, { status: 'OK' }]);
  expect((await call('POST', '/invocation/request-1/response', '"twice"')).status).toBe(400);
  expect((await call('POST', '/invocation/request-2/error', '{}')).status).toBe(400);

  const again = call('GET', '/invocation/next');
  await invoked;
  expect(api.outcome).toEqual({ payload: '"done"' });
  api.close();
  await expect(again).rejects.toThrow();
});

test('an invocation may be there before the runtime asks', async () => {
  void api.invoke(invocation);
  expect(await (await call('GET', '/invocation/next')).text()).toBe('{"a":1}');
});

test('errors are kept as posted; what is no error is shown', async () => {
  void api.invoke(invocation);
  await call('GET', '/invocation/next');
  await call('POST', '/invocation/request-1/error', '{"errorType":"E","errorMessage":"m"}');
  expect(api.outcome).toEqual({ error: { errorType: 'E', errorMessage: 'm' } });

  expect((await call('POST', '/init/error', 'not JSON')).status).toBe(202);
  expect((await call('POST', '/elsewhere', 'x')).status).toBe(404);
});

test('an error of the initialisation ends it', async () => {
  await call('POST', '/init/error', '{"errorType":"E","errorMessage":"m","trace":[]}');
  expect(await api.initialised).toEqual({ errorType: 'E', errorMessage: 'm', trace: [] });
});

test('answers on no other address of this machine', async () => {
  const { port } = new URL(`http://${api.address}`);
  await expect(fetch(`http://127.0.0.2:${port}/2018-06-01/runtime/x`)).rejects.toThrow(
    'fetch failed',
  );
});

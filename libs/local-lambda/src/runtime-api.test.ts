import { afterEach, beforeEach, expect, test } from 'vitest';
import { RuntimeApi } from './runtime-api.ts';
import { MAX_PAYLOAD_BYTES } from './types.ts';

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

const answerOf = async (response: Response) => [
  response.status,
  response.headers.get('content-type'),
  await response.json(),
];
const JSON_TYPE = 'application/json';

test('a path outside the API is not found', async () => {
  for (const [method, path] of [
    ['GET', '/invocation/request-1/response'],
    ['POST', '/invocation/next'],
    ['GET', '/init/error'],
    ['POST', '/more/invocation/request-1/response'],
    ['POST', '/invocation/request-1/response/more'],
  ] as const) {
    const body = method === 'POST' ? '{}' : undefined;
    expect(await answerOf(await call(method, path, body))).toEqual([
      ...[404, JSON_TYPE],
      { errorType: 'NotFound', errorMessage: `${method} /2018-06-01/runtime${path}` },
    ]);
  }
});

test('an outcome is for the invocation that runs', async () => {
  const refused = [
    ...[400, JSON_TYPE],
    { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' },
  ];
  expect(await answerOf(await call('POST', '/invocation/request-1/response', '1'))).toEqual(
    refused,
  );
  void api.invoke(invocation);
  const given = await call('GET', '/invocation/next');
  expect(given.headers.get('content-type')).toBe(JSON_TYPE);
  expect(await answerOf(await call('POST', '/invocation/request-2/response', '1'))).toEqual(
    refused,
  );
  expect(api.outcome).toBeUndefined();
  const accepted = await call('POST', '/invocation/request-1/error', '{"errorType":"E"}');
  expect(await answerOf(accepted)).toEqual([202, JSON_TYPE, { status: 'OK' }]);
  // The API describes errors otherwise, so the text is shown.
  const error = { errorType: 'Runtime.Unknown', errorMessage: '{"errorType":"E"}' };
  expect(api.outcome).toEqual({ error });
});

test('the next invocation is another one', async () => {
  for (const requestId of ['first', 'second']) {
    const invoked = api.invoke({ ...invocation, requestId });
    expect(api.outcome).toBeUndefined();
    let isOver = false;
    void invoked.then(() => (isOver = true));
    expect(
      (await call('GET', '/invocation/next')).headers.get('lambda-runtime-aws-request-id'),
    ).toBe(requestId);
    await call('POST', `/invocation/${requestId}/response`, requestId);
    expect(isOver).toBe(false);
    const abandoned = new AbortController();
    const url = `http://${api.address}/2018-06-01/runtime/invocation/next`;
    const next = fetch(url, { signal: abandoned.signal }).catch(() => undefined);
    await invoked;
    expect(api.outcome).toEqual({ payload: requestId });
    // The runtime gives up its request: nothing is delivered to it.
    abandoned.abort();
    await next;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test('a response of 6 MB is taken, a larger one is an error', async () => {
  const post = async (bytes: number) => {
    void api.invoke(invocation);
    await call('GET', '/invocation/next');
    return call('POST', '/invocation/request-1/response', 'x'.repeat(bytes));
  };
  expect((await post(MAX_PAYLOAD_BYTES)).status).toBe(202);
  expect(api.outcome).toEqual({ payload: 'x'.repeat(MAX_PAYLOAD_BYTES) });
  const errorMessage =
    'Response payload size exceeded maximum allowed payload size (6291456 bytes).';
  expect(await answerOf(await post(MAX_PAYLOAD_BYTES + 1))).toEqual([
    ...[413, JSON_TYPE],
    { errorType: 'RequestEntityTooLarge', errorMessage },
  ]);
  expect(api.outcome).toEqual({
    error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage },
  });
});

test.each([
  ['not JSON', 'not JSON'],
  ['x'.repeat(1001), 'x'.repeat(1000)],
  ['x'.repeat(MAX_PAYLOAD_BYTES + 1), ''],
])(
  'an error of the initialisation that the API does not describe is shown: %.9s',
  async (body, errorMessage) => {
    const answered = await call('POST', '/init/error', body);
    expect(await answerOf(answered)).toEqual([202, JSON_TYPE, { status: 'OK' }]);
    expect(await api.initialised).toEqual({ errorType: 'Runtime.Unknown', errorMessage });
  },
);

import { afterEach, describe, expect, test, vi } from 'vitest';
import { ExecutionEnvironment } from './execution-environment.ts';
import { fixture, isAlive, killProcess, NOWHERE, PATIENCE } from './testing/fixtures.ts';
import { MAX_PAYLOAD_BYTES } from './types.ts';
import type { FunctionSpec } from './types.ts';

const started: ExecutionEnvironment[] = [];
const lines: string[] = [];

async function start(name: string, changes: Partial<FunctionSpec> = {}) {
  const onLog = (line: string) => lines.push(line);
  const environment = await ExecutionEnvironment.start(fixture(name, changes), NOWHERE, onLog);
  started.push(environment);
  return environment;
}

async function act(environment: ExecutionEnvironment, event: object) {
  return environment.invoke(JSON.stringify(event));
}

async function untilLogged(line: string) {
  await vi.waitFor(() => expect(lines).toContain(line), PATIENCE);
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((environment) => environment.stop()));
  lines.length = 0;
});

describe('an invocation', () => {
  interface Inspection {
    context: Record<string, unknown> & { remainingMs: number };
    environment: Record<string, string>;
    [key: string]: unknown;
  }

  async function inspect(changes: Partial<FunctionSpec> = {}) {
    const environment = await start('inspect', changes);
    const result = await environment.invoke('{"greeting":"grüße 🌍"}');
    if (result.status !== 'succeeded') throw new Error(JSON.stringify(result));
    return { result, answer: JSON.parse(result.payload) as Inspection, pid: environment.pid };
  }

  test('hands over the event and a context', async () => {
    const { result, answer } = await inspect({ timeoutSeconds: 30 });
    expect(answer['event']).toEqual({ greeting: 'grüße 🌍' });
    expect(answer.context).toMatchObject({
      awsRequestId: result.requestId,
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:inspect',
      functionName: 'inspect',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/inspect',
    });
    expect(answer.context.remainingMs).toBeGreaterThan(0);
    expect(answer.context.remainingMs).toBeLessThanOrEqual(30_000);
  });

  test("sees the function's and Lambda's variables, and nothing else of this machine", async () => {
    vi.stubEnv('SECRET_OF_THE_HOST', 'hidden');
    vi.stubEnv('NODE_OPTIONS', '--no-deprecation');
    vi.stubEnv('AWS_PROFILE', 'production');
    const environment = { RECIPE: 'photos', MALLOC_ARENA_MAX: '2' };
    const { answer, pid } = await inspect({ environment });
    vi.unstubAllEnvs();
    expect(answer.environment).toEqual({
      RECIPE: 'photos',
      MALLOC_ARENA_MAX: '2',
      PATH: process.env['PATH'],
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
      ),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: NOWHERE.endpoint,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_NAME: 'inspect',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/inspect',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(
        /^\d{4}\/\d{2}\/\d{2}\/\[\$LATEST\][0-9a-f]{32}$/,
      ),
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
      LAMBDA_TASK_ROOT: answer['directory'],
    });
    expect(answer).toMatchObject({ pid, hour: 12 });
  });

  test('uses the same process as the one before, and only one', async () => {
    const environment = await start('act');
    const { pid } = environment;
    for (const value of [1, 'two', null, [{ three: 3 }]]) {
      expect(await act(environment, { act: 'answer', value })).toMatchObject({
        status: 'succeeded',
        payload: JSON.stringify(value),
      });
    }
    expect(await act(environment, { act: 'nothing' })).toMatchObject({ payload: 'null' });
    expect(environment.pid).toBe(pid);
  });

  test('a CommonJS bundle is called too', async () => {
    const environment = await start('commonjs');
    expect(await environment.invoke('{}')).toMatchObject({ payload: '"from CommonJS"' });
  });

  test('what it writes comes line by line', async () => {
    const environment = await start('act');
    await act(environment, { act: 'write', out: 'one\ntwo', err: 'three\r\nfour\n' });
    await environment.stop();
    await vi.waitFor(
      () => expect(lines.sort()).toEqual(['act write', 'four', 'one', 'three', 'two']),
      PATIENCE,
    );
  });
});

describe('an error of the handler', () => {
  test.each([
    [{ act: 'throw' }, { errorType: 'RangeError', errorMessage: 'no such luck' }],
    [{ act: 'throw-text' }, { errorType: 'string', errorMessage: 'only text', trace: [] }],
    [{ act: 'circular' }, { errorType: 'Runtime.JSONStringifyError' }],
    [{ act: 'large', bytes: MAX_PAYLOAD_BYTES }, { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('%o is a result, and the process goes on', async (event, error) => {
    const environment = await start('act');
    const result = await act(environment, event);
    expect(result).toMatchObject({ status: 'failed', error });
    expect(environment.usable).toBe(true);
    expect(await act(environment, { act: 'answer', value: 1 })).toMatchObject({ payload: '1' });
  });
});

describe('the end of the process is the end of the invocation:', () => {
  test.each([
    ['exit 1', { act: 'exit', code: 1 }, 'Runtime exited with error: exit status 1'],
    ['exit 0', { act: 'exit', code: 0 }, 'Runtime exited without providing a reason'],
    ['abort', { act: 'abort' }, 'Runtime exited with error: signal: aborted'],
    ['out of memory', { act: 'exhaust-heap' }, 'Runtime exited with error: signal: aborted'],
  ])('%s', async (_name, event, reason) => {
    const environment = await start('act', { memoryMiB: 40 });
    const result = await act(environment, event);
    const errorMessage = `RequestId: ${result.requestId} Error: ${reason}`;
    expect(result).toMatchObject({
      status: 'failed',
      error: { errorType: 'Runtime.ExitError', errorMessage },
    });
    expect(environment).toMatchObject({ usable: false, pid: undefined });
    expect(lines).toContain(errorMessage);
  });

  test.each([
    [
      'reject-elsewhere',
      {
        errorType: 'Runtime.UnhandledPromiseRejection',
        errorMessage: 'Error: nobody looks at this',
      },
    ],
    ['throw-elsewhere', { errorType: 'TypeError', errorMessage: 'thrown by a timer' }],
  ])('%s', async (name, error) => {
    const environment = await start('act');
    expect(await act(environment, { act: name })).toMatchObject({ status: 'failed', error });
    expect(environment.usable).toBe(false);
  });

  test('killed from outside', async () => {
    const environment = await start('act');
    const invocation = act(environment, { act: 'hang' });
    await untilLogged('act hang');
    killProcess(environment.pid);
    expect(await invocation).toMatchObject({
      status: 'failed',
      error: { errorMessage: expect.stringContaining('signal: killed') },
    });
  });

  test.each(['hang', 'spin'])('%s: killed at the timeout', async (name) => {
    const environment = await start('act', { timeoutSeconds: 1 });
    const { pid = 0 } = environment;
    const result = await act(environment, { act: name });
    expect(result).toMatchObject({
      status: 'failed',
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 1.00 seconds`,
      },
    });
    expect(isAlive(pid)).toBe(false);
  });

  test('whatever the function had started ends with it', async () => {
    const environment = await start('act');
    const invocation = act(environment, { act: 'start-another' });
    await vi.waitFor(() => expect(lines.join()).toMatch(/child \d+/), PATIENCE);
    const grandchild = Number(/child (\d+)/.exec(lines.join())?.[1]);
    expect(isAlive(grandchild)).toBe(true);
    await environment.stop();
    await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false), PATIENCE);
    expect(await invocation).toMatchObject({ status: 'stopped' });
  });
});

describe('a function that cannot start fails its invocation:', () => {
  test.each([
    ['init-throws', {}, { errorType: 'Error', errorMessage: 'settings are missing' }],
    ['init-syntax-error', {}, { errorType: 'Runtime.UserCodeSyntaxError' }],
    ['init-missing-import', {}, { errorType: 'Runtime.ImportModuleError' }],
    ['callback', {}, { errorType: 'Runtime.CallbackHandlerDeprecated' }],
    ['act', { handler: 'main.handler' }, { errorType: 'Runtime.ImportModuleError' }],
    ['act', { handler: 'index.main' }, { errorType: 'Runtime.HandlerNotFound' }],
    ['act', { handler: '../act/index.handler' }, { errorType: 'Runtime.MalformedHandlerName' }],
    ['act', { codeDirectory: '/no/such/place' }, { errorType: 'Runtime.ExitError' }],
  ])('%s %o', async (name, changes, error) => {
    const environment = await start(name, changes);
    expect(await environment.invoke('{}')).toMatchObject({ status: 'failed', error });
    expect(environment).toMatchObject({ usable: false, pid: undefined });
  });
});

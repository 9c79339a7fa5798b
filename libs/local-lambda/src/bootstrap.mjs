/**
 * The runtime client, which replaces AWS's Node.js runtime (`aws-lambda-ric` compiles C++ during
 * installation). Loads the handler that `_HANDLER` names below `LAMBDA_TASK_ROOT` and calls
 * it for every invocation of the runtime API at `AWS_LAMBDA_RUNTIME_API`, with the error types,
 * messages and exit codes of AWS's client 4 for nodejs24.x. It imports only Node modules, and
 * runs alone: `node bootstrap.mjs`.
 */
import { existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env;
const RUNTIME = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
// Tracers replace `http.request` for the function; the runtime's own calls are not the function's.
const { request } = http;

class RuntimeError extends Error {
  constructor(name, message, options) {
    super(message, options);
    this.name = `Runtime.${name}`;
  }
}

/** The invocation that an uncaught error belongs to; before the first one, the initialisation. */
let currentRequestId;
let dying = false;

process.on('uncaughtException', (error) => die(error, 'Uncaught Exception', 129));
process.on('unhandledRejection', (reason) =>
  die(
    new RuntimeError('UnhandledPromiseRejection', String(reason), { cause: reason }),
    'Unhandled Promise Rejection',
    128,
  ),
);

try {
  const handler = await loadHandler();
  for (;;) await serve(handler, await nextInvocation());
} catch (error) {
  await die(error, 'Init Error', 1);
}

async function loadHandler() {
  const { dir, base } = path.posix.parse(_HANDLER);
  const [, moduleName, exportName] = /^([^.]*)\.(.+)$/.exec(base) ?? [];
  if (moduleName === undefined || _HANDLER.includes('..')) {
    throw new RuntimeError('MalformedHandlerName', `Bad handler '${_HANDLER}'`);
  }
  const stem = path.resolve(LAMBDA_TASK_ROOT, dir, moduleName);
  const file = ['.js', '.mjs', '.cjs'].map((suffix) => stem + suffix).find((f) => existsSync(f));
  if (file === undefined) {
    throw new RuntimeError('ImportModuleError', `Error: Cannot find module '${moduleName}'`);
  }
  const module = await importModule(file);
  const handler = property(module, exportName) ?? property(module.default, exportName);
  if (typeof handler !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${_HANDLER} is undefined or not exported`);
  }
  if (handler.length >= 3) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      `${_HANDLER} takes a callback, which nodejs24.x no longer has: return a promise`,
    );
  }
  return handler;
}

async function importModule(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError('UserCodeSyntaxError', String(error), { cause: error });
    }
    if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') {
      throw new RuntimeError('ImportModuleError', String(error), { cause: error });
    }
    throw error;
  }
}

function property(object, dottedName) {
  return dottedName.split('.').reduce((value, name) => value?.[name], object);
}

async function nextInvocation() {
  const { status, headers, body } = await call('GET', '/invocation/next');
  if (status !== 200) throw new RuntimeError('PlatformError', `Runtime API answered ${status}`);
  return { headers, body };
}

async function serve(handler, { headers, body }) {
  currentRequestId = headers['lambda-runtime-aws-request-id'];
  const traceId = headers['lambda-runtime-trace-id'];
  if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = traceId;
  let outcome;
  try {
    const result = await handler(JSON.parse(body), contextOf(headers));
    outcome = { kind: 'response', body: toJson(result ?? null) };
  } catch (error) {
    console.error('Invoke Error', error);
    outcome = { kind: 'error', body: JSON.stringify(describe(error)) };
  }
  // A rejection that the handler left behind counts as this invocation's: let it surface first.
  await new Promise((resolve) => setImmediate(resolve));
  if (dying) await new Promise(() => undefined);
  await call('POST', `/invocation/${currentRequestId}/${outcome.kind}`, outcome.body);
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    xRayTraceId: headers['lambda-runtime-trace-id'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function toJson(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (cause) {
    throw new RuntimeError('JSONStringifyError', 'Unable to stringify response body', { cause });
  }
}

function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = String(error.stack ?? '').split('\n');
  return { errorType: String(error.name), errorMessage: String(error.message), trace };
}

/** Reports the error, to the invocation if there is one, and ends the process as Lambda's does. */
async function die(error, label, exitCode) {
  if (dying) return;
  dying = true;
  console.error(label, error);
  const described = describe(error);
  const where =
    currentRequestId === undefined ? '/init/error' : `/invocation/${currentRequestId}/error`;
  try {
    await call('POST', where, JSON.stringify(described), {
      'Lambda-Runtime-Function-Error-Type': described.errorType,
    });
  } finally {
    process.exit(exitCode);
  }
}

function call(method, resource, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      RUNTIME + resource,
      // A connection of its own for each call: none can be closed from under it.
      { method, agent: false, headers: { 'Content-Type': 'application/json', ...headers } },
      (incoming) => {
        const chunks = [];
        incoming.on('data', (chunk) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject).end(body);
  });
}

import { randomBytes } from 'node:crypto';
import type { FunctionSpec } from './types.ts';

/** The keys that SDK clients in the function sign with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The AWS endpoint, region and credentials of a function. */
export interface FunctionHost {
  /** One base URL for every AWS service, e.g. `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

/**
 * All variables of an execution environment: AWS page "Working with Lambda environment
 * variables", section "Defined runtime environment variables". From this
 * machine's environment it passes on only `PATH`, which programs need to find others.
 */
export function environmentVariables(
  spec: FunctionSpec,
  host: FunctionHost,
  runtimeApi: string,
): Record<string, string> {
  const { credentials, region } = host;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    ...spec.environment,
    // Reserved names: Lambda rejects a function that sets them.
    _HANDLER: spec.handler,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMiB),
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[$LATEST]${randomBytes(16).toString('hex')}`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: spec.codeDirectory,
    // Lambda does not set this one. The SDKs read it to find the endpoint.
    AWS_ENDPOINT_URL: host.endpoint,
  };
}

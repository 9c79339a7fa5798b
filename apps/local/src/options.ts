import path from 'node:path';
import * as z from 'zod';

const NO_PORT = 'a port is a whole number from 0 to 65535; 0 picks a free one';
const port = (fallback: number) =>
  z.coerce
    .number<string>(NO_PORT)
    .int(NO_PORT)
    .min(0, NO_PORT)
    .max(65_535, NO_PORT)
    .default(fallback);

const variables = z.object({
  DARKROOM_PORT: port(4400),
  DARKROOM_AWS_PORT: port(4566),
  DARKROOM_DATA_DIR: z.string().min(1).default('.darkroom'),
  DARKROOM_STACK: z.string().min(1).default('local'),
  DARKROOM_STRICT: z.enum(['0', '1'], 'is 0 or 1').default('0'),
});

export interface LocalOptions {
  /** The checkout: where `Pulumi.yaml`, the built function and the built console are. */
  readonly workspace: string;
  /** Port of the console and its API. */
  readonly port: number;
  /** Port of the embedded S3 and SQS. */
  readonly awsPort: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly stack: string;
  /** Fails on resource types that this machine does not emulate. Default: false. */
  readonly strict?: boolean;
}

/** A `DARKROOM_…` variable has an invalid value (docs/contract.md, "Local stack"). */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  readonly code = 'INVALID_OPTIONS';
}

/**
 * @param workspace absolute
 * @throws OptionsError that names each variable
 */
export function readOptions(
  environment: Readonly<Record<string, string | undefined>>,
  workspace: string,
): LocalOptions {
  const result = variables.safeParse(environment);
  if (!result.success)
    throw new OptionsError(
      result.error.issues
        .map(({ path: [name], message }) => `${String(name)}: ${message}`)
        .join('\n'),
      { cause: result.error },
    );
  const { data } = result;
  return {
    workspace,
    port: data.DARKROOM_PORT,
    awsPort: data.DARKROOM_AWS_PORT,
    dataDir: path.resolve(workspace, data.DARKROOM_DATA_DIR),
    stack: data.DARKROOM_STACK,
    strict: data.DARKROOM_STRICT === '1',
  };
}

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
  // The settings' schema checks both.
  DARKROOM_WEBHOOK_URL: z.string().optional(),
  DARKROOM_WEBHOOK_SECRET: z.string().default(''),
});

export interface LocalOptions {
  /**
   * Folder of the stack files and of their side files. Without `packed`, the checkout: it has `Pulumi.yaml`, the program,
   * the built function and the built console.
   */
  readonly workspace: string;
  /** The parts of the stack in the package of the command line, instead of those of the checkout. */
  readonly packed?: {
    /** Module of the Pulumi program, and of the SDK that is bundled with it. */
    readonly program: string;
    readonly sdk: string;
    readonly consoleDir: string;
    /** Folder with `Pulumi.local.yaml`, for folders without one. */
    readonly stackFiles: string;
    /** Makes the function's package in the data directory, and returns its folder. */
    readonly functionPackage: (dataDir: string) => Promise<string>;
  };
  /** Port of the console and its API. */
  readonly port: number;
  /** Port of the embedded S3 and SQS. */
  readonly awsPort: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly stack: string;
  /** Fails on resource types that this machine does not emulate. Default: false. */
  readonly strict?: boolean;
  /** Receives events instead of the webhook of the stack's settings. */
  readonly webhook?: { readonly url: string; readonly secret: string };
}

/** A `DARKROOM_…` variable has an invalid value (docs/contract.md, "Local stack"). */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  readonly code = 'INVALID_OPTIONS';
}

/**
 * @param workspace absolute; the data directory is relative to it
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
    ...(data.DARKROOM_WEBHOOK_URL !== undefined && {
      webhook: { url: data.DARKROOM_WEBHOOK_URL, secret: data.DARKROOM_WEBHOOK_SECRET },
    }),
  };
}

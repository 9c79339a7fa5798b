import { z } from 'zod';
import { archiveSchema, defineResource, type Properties } from '../../engine/index.ts';
import { arnOf, type AwsContext, AwsError } from '../aws.ts';
import { COMMON_IGNORED, WHY } from '../not-emulated.ts';
import { isUnpacked, removePackage, unpack } from './package.ts';

export const FUNCTION_TYPE = 'aws:lambda/function:Function';

/** All variables together, bytes (Lambda developer guide, "Lambda quotas"). */
const MAX_ENVIRONMENT_BYTES = 4096;

/** Lambda sets these itself (developer guide, "Defined runtime environment variables"). */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;

/** Ranges and defaults: Lambda API reference, "CreateFunction". */
export const functionInputs = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is no function name'),
  code: archiveSchema,
  handler: z.string().regex(/^\S{1,128}$/, 'is no handler'),
  runtime: z.string().regex(/^nodejs\d+\.x$/, 'only Node.js runtimes can be run here'),
  timeout: z.int().min(1).max(900).default(3),
  memorySize: z.int().min(128).max(10_240).default(128),
  environment: z
    .strictObject({
      variables: z.record(
        z
          .string()
          .regex(/^[A-Za-z][A-Za-z0-9_]+$|^_/, 'is no variable name')
          .refine((name) => !RESERVED.test(name), 'is reserved: Lambda sets it itself'),
        z.string(),
      ),
    })
    .optional(),
});
type Inputs = z.output<typeof functionInputs>;

/** Its effect is in the Lambda room, which runs what `lambda-specs.ts` finds in the state. */
export const lambdaFunction = defineResource({
  type: FUNCTION_TYPE,
  inputs: functionInputs,
  ignoredInputs: {
    ...COMMON_IGNORED,
    description: 'nothing here shows it',
    role: WHY.permissions,
    architectures: 'it runs on the processor of this machine',
    ephemeralStorage: 'it writes to the temporary directory of this machine',
    reservedConcurrentExecutions: 'the mapping’s maximum concurrency is the limit here',
    loggingConfig: 'its lines go to the output of this process',
    tracingConfig: 'there is no X-Ray here',
    vpcConfig: 'there are no VPCs here: it reaches what this machine reaches',
    publish: 'there are no versions of functions here',
    kmsKeyArn: WHY.encryption,
    packageType: 'the package is always a folder here',
    sourceCodeHash: 'changes are found by the hash of the package itself',
  },
  autoName: { property: 'name', maxLength: 64 },
  replaceOn: ['name'],
  async create(inputs, context: AwsContext) {
    await prepare(inputs, context);
    return { id: inputs.name, outputs: outputsOf(inputs.name, inputs.code.hash, context) };
  },
  locate: ({ name }) => name,
  async read({ id, outputs }, { dataDir }) {
    const inputs = functionInputs.pick({ code: true }).safeParse({ code: outputs['code'] });
    if (!inputs.success || !(await isUnpacked(id, inputs.data.code, dataDir))) return undefined;
    return outputs;
  },
  async update({ id, inputs: before }, inputs, context) {
    await prepare(inputs, context);
    if (before.code.hash !== inputs.code.hash)
      await removePackage(id, before.code, context.dataDir);
    return outputsOf(id, inputs.code.hash, context);
  },
  async delete({ id, inputs }, { dataDir }) {
    await removePackage(id, inputs.code, dataDir);
  },
});

async function prepare({ name, code, environment }: Inputs, { dataDir }: AwsContext) {
  // Lambda measures the JSON text: its error message quotes it.
  const measured = JSON.stringify(environment?.variables ?? {});
  const bytes = Buffer.byteLength(measured);
  if (bytes > MAX_ENVIRONMENT_BYTES) {
    throw new AwsError(
      'InvalidParameterValueException',
      `the environment variables have ${bytes} bytes as JSON, over Lambda's limit of ${MAX_ENVIRONMENT_BYTES}`,
    );
  }
  await unpack(name, code, dataDir);
}

function outputsOf(name: string, hash: string, context: AwsContext): Properties {
  const arn = arnOf(context, 'lambda', `function:${name}`);
  return {
    name,
    arn,
    version: '$LATEST',
    qualifiedArn: `${arn}:$LATEST`,
    invokeArn: `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    codeSha256: Buffer.from(hash, 'hex').toString('base64'),
    tagsAll: {},
  };
}

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Settings, sideFilesFrom } from '@darkroom/pipeline';
import * as z from 'zod';
import { withOperations } from './aws-operation.ts';
import { CommandError, option } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { pathOf } from './path-of.ts';
import { checkSettings, readSettingsFile, transformsOption, useTransforms } from './recipe-file.ts';

/** Outputs of the Pulumi program (docs/contract.md, "Stacks"). `GET /api/stack` of a local stack has the same names. */
const outputsSchema = z.object({
  sourceBucket: z.string(),
  processedBucket: z.string(),
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  functionName: z.string().optional(),
  logGroupName: z.string().optional(),
  alarmNames: z.array(z.string()).optional(),
  dashboardUrl: z.string().optional(),
  deliveryUrl: z.string().optional(),
  distributionId: z.string().optional(),
  settings: z
    .object({
      recipes: z.unknown(),
      limits: z.unknown(),
      function: z.unknown(),
      queue: z.unknown(),
      delivery: z.unknown(),
      /** SHA-256 of the bundled side files, by name. */
      sideFiles: z.record(z.string(), z.string()).default({}),
    })
    .partial({ limits: true, function: true, queue: true, delivery: true })
    .optional(),
});

const localSchema = outputsSchema.extend({
  stack: z.string(),
  endpoint: z.string(),
  region: z.string(),
});

/** A deployed or a local pipeline. */
export interface Stack {
  /** As messages name it: `prod`, `local`. */
  readonly name: string;
  readonly isLocal: boolean;
  /** Undefined: the SDK's configuration decides. */
  readonly region: string | undefined;
  readonly sourceBucket: string;
  readonly processedBucket: string;
  readonly queueUrl: string;
  /** Undefined: that of the queue's redrive policy (`withDeadLetters`). */
  readonly deadLetterQueueUrl?: string | undefined;
  readonly functionName?: string | undefined;
  readonly logGroupName?: string | undefined;
  readonly alarmNames?: readonly string[] | undefined;
  readonly dashboardUrl?: string | undefined;
  readonly deliveryUrl?: string | undefined;
  readonly distributionId?: string | undefined;
  /** URL of the local console. */
  readonly consoleUrl?: string | undefined;
  /**
   * Recipes, limits, function and queue as deployed, or of `--settings`.
   * @throws CommandError if the stack does not have them, and the option is missing
   */
  settings(): Settings;
  /** The settings as the program's output has them; undefined if they are those of `--settings`. */
  readonly written?: unknown;
  /** The configuration of further clients of the SDK. */
  readonly client: ClientConfig;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
}

export interface ClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const text = z.string().min(1, 'must not be empty').optional();

const group = 'The stack (default: the local one that runs):';

/** Options of every command that works on a stack. */
export const stackOptions = {
  stack: option('--stack <name>', 'a stack of Pulumi, [ORG/PROJECT/]NAME', text, {
    ...{ group, completes: 'stack' },
  }),
  source: option(
    '--source <bucket>',
    'bucket of the uploads; names a stack without Pulumi, with --processed and --queue',
    text,
    { group },
  ),
  processed: option('--processed <bucket>', 'bucket of the outputs', text, { group }),
  queue: option('--queue <url>', 'URL of the queue', text, { group }),
  deadLetters: option(
    '--dead-letters <url>',
    "URL of the dead-letter queue (default: that of the queue's redrive policy)",
    text,
    { group },
  ),
  settings: option(
    '--settings <file>',
    'a stack or recipe file to use instead of the deployed settings',
    text,
    { group, completes: 'file' },
  ),
  transforms: { ...transformsOption, group },
  region: option('--region <region>', 'region of AWS (default: that of the queue)', text, {
    group,
  }),
};

/** The remedy if a key does not exist. */
export const UNKNOWN_KEY = 'Keys are case-sensitive and begin without a slash.';

export type StackOptions = {
  readonly [Name in keyof typeof stackOptions]?:
    z.output<(typeof stackOptions)[Name]['schema']> | undefined;
};

type Found = Omit<Stack, 's3' | 'sqs' | 'settings' | 'written' | 'client'> & {
  readonly client: ClientConfig;
  readonly deployed: z.output<typeof outputsSchema>['settings'];
};

/**
 * Finds the stack that the options name: by names, by Pulumi's CLI, or the local one.
 * @throws CommandError `UNKNOWN_STACK`, `NO_PULUMI` or `NO_LOCAL_STACK`
 */
export async function openStack(options: StackOptions): Promise<Stack> {
  useTransforms(options.transforms ?? []);
  const found = await find(options);
  const s3 = withOperations(
    new S3Client({ ...found.client, ...(found.isLocal && { forcePathStyle: true }) }),
  );
  const sqs = withOperations(new SQSClient(found.client));
  const file =
    options.settings === undefined ? undefined : await readSettingsFile(options.settings);
  const { deployed, ...stack } = found;
  return {
    ...stack,
    s3,
    sqs,
    deadLetterQueueUrl: options.deadLetters ?? stack.deadLetterQueueUrl,
    ...(!file && { written: deployed }),
    settings: () => file ?? deployedSettings(deployed, found.name),
  };
}

/** A stack whose dead-letter queue is known. */
export type WithDeadLetters<S extends Stack | StackWithSettings> = S & {
  readonly deadLetterQueueUrl: string;
};

/** Asks SQS if the stack was named without it, which needs a permission that other commands do not need. */
export async function withDeadLetters<S extends Stack | StackWithSettings>(
  stack: S,
): Promise<WithDeadLetters<S>> {
  const deadLetterQueueUrl =
    stack.deadLetterQueueUrl ?? (await deadLettersOf(stack.queueUrl, stack.sqs));
  return { ...stack, deadLetterQueueUrl };
}

/** The dead-letter queue of the queue's redrive policy. */
async function deadLettersOf(queueUrl: string, sqs: SQSClient): Promise<string> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] }),
  );
  const policy = JSON.parse(Attributes['RedrivePolicy'] ?? '{}') as {
    deadLetterTargetArn?: string;
  };
  const name = policy.deadLetterTargetArn?.split(':').at(-1);
  if (name === undefined)
    throw new CommandError(`The queue ${queueUrl} has no dead-letter queue.`, {
      remedy: 'Name it with --dead-letters URL.',
    });
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return QueueUrl;
}

function find(options: StackOptions): Promise<Found> | Found {
  const { source, processed, queue, stack } = options;
  if (source !== undefined || processed !== undefined || queue !== undefined) {
    if (source === undefined || processed === undefined || queue === undefined)
      throw new CommandError('--source, --processed and --queue name a stack only together');
    const outputs = { sourceBucket: source, processedBucket: processed, queueUrl: queue };
    return deployedStack(source, outputs, options);
  }
  return stack === undefined ? localStack() : pulumiStack(stack, options);
}

/** A stack whose settings are known. */
export type StackWithSettings = Omit<Stack, 'settings'> & { readonly settings: Settings };

/**
 * The same, with the settings.
 * @throws CommandError also if the stack does not have settings, and the option is missing
 */
export async function openStackWithSettings(options: StackOptions): Promise<StackWithSettings> {
  const stack = await openStack(options);
  return { ...stack, settings: stack.settings() };
}

function deployedStack(
  name: string,
  {
    settings,
    ...outputs
  }: Omit<z.output<typeof outputsSchema>, 'deadLetterQueueUrl'> & {
    readonly deadLetterQueueUrl?: string;
  },
  { region = regionOf(outputs.queueUrl) }: StackOptions,
): Found {
  const client = region === undefined ? {} : { region };
  return { name, isLocal: false, region, client, deployed: settings, ...outputs };
}

/** `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`. */
function regionOf(queueUrl: string): string | undefined {
  return /^https:\/\/sqs\.([a-z\d-]+)\.amazonaws\.com/.exec(queueUrl)?.[1];
}

async function pulumiStack(name: string, options: StackOptions): Promise<Found> {
  const text = await pulumiOutputs(name);
  const outputs = outputsSchema.safeParse(JSON.parse(text));
  if (!outputs.success)
    throw new CommandError(
      `The stack ${name} does not have the outputs of Darkroom: ${z.prettifyError(outputs.error)}`,
      {
        code: 'UNKNOWN_STACK',
        remedy:
          'Deploy it with `pulumi up`, or export the outputs of the component (docs/contract.md, "Stacks").',
        exitCode: EXIT.access,
        cause: outputs.error,
      },
    );
  return deployedStack(name, outputs.data, options);
}

function pulumiOutputs(stack: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['stack', 'output', '--json', '--non-interactive', '--stack', stack];
    const options = { cwd: pathOf('.'), maxBuffer: 64 * 1024 * 1024 };
    execFile(pulumiProgram(), args, options, (error, stdout, stderr) => {
      if (error) reject(pulumiError(stack, error, stderr));
      else resolve(stdout);
    });
  });
}

/** The installed CLI. `npm run` puts the npm package `pulumi` before it, which downloads another one at its first use. */
export function pulumiProgram(searchPath = process.env['PATH'] ?? ''): string {
  const name = process.platform === 'win32' ? 'pulumi.exe' : 'pulumi';
  const installed = searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== '' && !folder.split(path.sep).includes('node_modules'))
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
  return installed ?? 'pulumi';
}

function pulumiError(stack: string, cause: Error, stderr: string): CommandError {
  if ('code' in cause && cause.code === 'ENOENT')
    return new CommandError('The Pulumi CLI is not installed, so --stack cannot be looked up.', {
      code: 'NO_PULUMI',
      remedy:
        'Install it (https://www.pulumi.com/docs/install/), or name the stack with --source, --processed and --queue.',
      exitCode: EXIT.access,
      cause,
    });
  const reason = stderr.trim().replace(/^error: /, '');
  const isUnknown = /no stack named/.test(reason);
  return new CommandError(
    isUnknown ? `There is no stack ${stack}.` : `Pulumi cannot read the stack ${stack}: ${reason}`,
    {
      code: 'UNKNOWN_STACK',
      remedy: isUnknown
        ? '`pulumi stack ls` lists the stacks. Run the command in the folder of Pulumi.yaml, or write ORG/PROJECT/NAME.'
        : 'Check `pulumi login`, or name the stack with --source, --processed and --queue.',
      exitCode: EXIT.access,
      cause,
    },
  );
}

/** The embedded AWS accepts any credentials. */
const LOCAL_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

async function localStack(): Promise<Found> {
  const url = await localUrl();
  const response = await fetch(`${url}/api/stack`).catch(() => undefined);
  const body: unknown = await response?.json().catch(() => undefined);
  const parsed = localSchema.safeParse(body);
  if (!parsed.success)
    throw new CommandError(
      response?.status === 503
        ? 'The local stack is still starting.'
        : `No local stack answers at ${url}.`,
      {
        code: 'NO_LOCAL_STACK',
        remedy:
          response?.status === 503
            ? 'Run the command again in a moment.'
            : 'Start it with `npm start` or `darkroom dev`, or name a deployed one with --stack.',
        exitCode: EXIT.access,
      },
    );
  const { stack, endpoint, region, settings, ...outputs } = parsed.data;
  const client = { endpoint, region, credentials: LOCAL_CREDENTIALS };
  return {
    ...outputs,
    name: stack,
    isLocal: true,
    region,
    consoleUrl: url,
    client,
    deployed: settings,
  };
}

/** The console of the local stack: `DARKROOM_URL`, else that of the data directory, else the default. */
export async function localUrl(): Promise<string> {
  const { DARKROOM_URL, DARKROOM_DATA_DIR = '.darkroom', DARKROOM_PORT = '4400' } = process.env;
  if (DARKROOM_URL !== undefined) return DARKROOM_URL.replace(/\/$/, '');
  const file = path.join(pathOf(DARKROOM_DATA_DIR), 'env');
  const text = await readFile(file, 'utf8').catch(() => '');
  return parseEnv(text)['DARKROOM_URL'] ?? `http://127.0.0.1:${DARKROOM_PORT}`;
}

function deployedSettings(deployed: Found['deployed'], name: string): Settings {
  if (!deployed)
    throw new CommandError(`The recipes of ${name} are unknown.`, {
      code: 'NO_SETTINGS',
      remedy: 'Add --settings FILE: a recipe file or Pulumi.STACK.yaml.',
    });
  const { sideFiles, ...input } = deployed;
  const settings = checkSettings(input, `output "settings" of ${name}`);
  const recipes = settings.recipes.map((recipe) => {
    const files = sideFilesFrom('bundle', [recipe]);
    if (files.length === 0) return recipe;
    return {
      ...recipe,
      sideFiles: Object.fromEntries(files.map((file) => [file, sideFiles[file] ?? ''])),
    };
  });
  return { ...settings, recipes };
}

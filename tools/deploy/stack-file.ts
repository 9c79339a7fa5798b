import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseSettings, type Settings, SettingsError } from '@darkroom/pipeline';
import { parse } from 'yaml';
import * as z from 'zod';
import { DeployError, reasonOf } from './deploy-error.ts';
import { type PulumiCli, pulumiAnswer, type Target } from './pulumi.ts';

/** What a stack's file says, as far as deploying needs it. */
export interface StackFile {
  readonly region: string;
  /** Of AWS's configuration files, where the stack names one. */
  readonly profile?: string;
  readonly settings: Settings;
}

/** For the clients of AWS's SDK. */
export function clientConfig({ region, profile }: StackFile) {
  return profile === undefined ? { region } : { region, profile };
}

/** In each partition. A wrong one would only be seen as a host that does not exist. */
const REGION = /^[a-z]{2,4}(?:-[a-z]+){1,3}-\d+$/;

/** @param stack may be `ORG/PROJECT/STACK` */
export function stackFileOf(stack: string): string {
  return `Pulumi.${path.posix.basename(stack)}.yaml`;
}

/** A stack before it is known whether the CLI works. */
export type MaybeTarget = Omit<Target, 'pulumi'> & { readonly pulumi: PulumiCli | undefined };

/**
 * Reads the configuration of a stack. If its file names ESC environments, Pulumi Cloud opens them: they add
 * configuration, and environment variables for AWS.
 *
 * @throws DeployError `STACK_FILE` that lists every problem
 */
export async function readStack(target: MaybeTarget): Promise<StackFile> {
  const name = stackFileOf(target.stack);
  const { config: own, environment } = await readYaml(path.join(target.workspace, name), name);
  const config = environment == null ? (own ?? {}) : await openEnvironments(target, environment);
  const region = config['aws:region'] ?? process.env['AWS_REGION'];
  const profile = config['aws:profile'];
  if (typeof region !== 'string' || region === '')
    throw new DeployError(
      'STACK_FILE',
      `${name} sets no region: add \`aws:region\` to \`config\`, or set AWS_REGION.`,
    );
  if (!REGION.test(region))
    throw new DeployError(
      'STACK_FILE',
      `${region} is not a region of AWS: correct \`aws:region\` in ${name}, or AWS_REGION. An example is eu-central-1.`,
    );
  try {
    const input = withoutSecrets(config['darkroom:pipeline']);
    const settings = parseSettings(input, `${name}, darkroom:pipeline`);
    return { region, settings, ...(typeof profile === 'string' && { profile }) };
  } catch (cause) {
    if (cause instanceof SettingsError)
      throw new DeployError('STACK_FILE', cause.message, { cause });
    throw cause;
  }
}

/** Only an https receiver can be secret. Pulumi decrypts it later; its value does not matter here. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.keys(value).join() === 'secure') return 'https://secret.invalid/';
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]));
}

/** A key without a value is null. */
const yamlSchema = z
  .object({
    config: z.record(z.string(), z.unknown()).nullish(),
    environment: z.unknown().optional(),
  })
  .nullish();
type StackYaml = NonNullable<z.output<typeof yamlSchema>>;

async function readYaml(file: string, name: string): Promise<StackYaml> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const problem =
      cause.code === 'ENOENT'
        ? `${name} is missing: copy Pulumi.dev.yaml and change it.`
        : `${name} cannot be read: ${cause.message}`;
    throw new DeployError('STACK_FILE', problem, { cause });
  });
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    // Of the parser: an alias without an anchor is another class of error than a syntax error.
    const message = `${name} is not valid YAML: ${reasonOf(cause)}`;
    throw new DeployError('STACK_FILE', message, { cause });
  }
  const { success, data } = yamlSchema.safeParse(content);
  if (success) return data ?? {};
  throw new DeployError(
    'STACK_FILE',
    `${name} is not a stack file: it must be a map, and its \`config\` too. Compare it with Pulumi.dev.yaml.`,
  );
}

const configSchema = z.record(
  z.string(),
  z.object({ value: z.string().optional(), objectValue: z.unknown().optional() }),
);
const variablesSchema = z.record(z.string(), z.coerce.string()).nullable();

/**
 * Sets the environment variables of the environments in this process, as the CLI does for the program.
 *
 * @param environment of the stack file: names, or a definition with `imports`
 * @returns the merged configuration of the environments and the file
 */
async function openEnvironments(
  { workspace, stack, pulumi }: MaybeTarget,
  environment: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const file = stackFileOf(stack);
  if (!pulumi)
    throw new DeployError(
      'STACK_FILE',
      `${file} names an ESC environment, which the Pulumi CLI opens. The file is checked when the CLI works.`,
    );
  const target = { workspace, stack, pulumi };
  try {
    // The CLI opens environments only of an existing stack.
    await pulumiAnswer(target, 'stack', 'select', '--create', stack, '--non-interactive');
    const ofStack = ['--stack', stack, '--non-interactive'];
    const config = await pulumiAnswer(target, 'config', '--json', '--show-secrets', ...ofStack);
    for (const name of importsOf(environment)) {
      const variables = [organizationOf(stack) + name, 'environmentVariables', '--format', 'json'];
      const json = await pulumiAnswer(target, 'env', 'open', ...variables);
      Object.assign(process.env, variablesSchema.parse(JSON.parse(json)));
    }
    const merged = Object.entries(configSchema.parse(JSON.parse(config)));
    return Object.fromEntries(merged.map(([key, one]) => [key, one.objectValue ?? one.value]));
  } catch (cause) {
    if (!(cause instanceof DeployError)) throw cause;
    throw new DeployError(
      'STACK_FILE',
      `The ESC environment of ${file} cannot be opened: ${cause.message}\n` +
        'Environments need Pulumi Cloud (`npx pulumi login`) and the permission to open them. Otherwise, write their `pulumiConfig` into the file.',
      { cause },
    );
  }
}

/** An import is a name, or a name with options. */
function importsOf(environment: unknown): string[] {
  const { imports } = Array.isArray(environment)
    ? { imports: environment as unknown[] }
    : (environment as { imports?: unknown[] });
  return (imports ?? []).flatMap((one) =>
    typeof one === 'string' ? one : Object.keys(one as object),
  );
}

/** Without an organization, the CLI looks up environments in the default one, as it does for the stack. */
function organizationOf(stack: string): string {
  const parts = stack.split('/');
  return parts.length > 1 ? `${parts[0]}/` : '';
}

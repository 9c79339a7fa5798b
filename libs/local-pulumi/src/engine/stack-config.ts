import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { DeploymentError, messageOf } from './deployment-error.ts';

/** Pulumi's own rule for the names of projects and stacks. */
const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** What `Pulumi.yaml` and `Pulumi.STACK.yaml` say. */
export interface StackConfig {
  readonly project: string;
  /** The working directory that Pulumi would give the program: relative asset paths start here. Absolute. */
  readonly programDirectory: string;
  /** Keys with their namespace, such as `aws:region`; objects and lists are JSON. */
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Reads a stack's configuration as Pulumi's CLI does.
 *
 * @param projectDir the directory of `Pulumi.yaml`
 * @param project name of the project, instead of reading `Pulumi.yaml`
 * @throws DeploymentError `STACK_UNKNOWN`, `CONFIG_INVALID`
 */
export async function readStackConfig(
  projectDir: string,
  stack: string,
  project?: string,
): Promise<StackConfig> {
  // Also keeps a name from leading to another folder.
  if (!NAME.test(stack)) {
    throw new DeploymentError(
      'STACK_UNKNOWN',
      `"${stack}" is no stack name: letters, digits, "_", "-" and "." are allowed`,
    );
  }
  const { name, main } =
    project === undefined ? await readProject(projectDir) : { name: project, main: undefined };
  const stackFile = path.join(projectDir, `Pulumi.${stack}.yaml`);
  const content = await readYaml(stackFile);
  if (content === undefined) throw await unknownStack(projectDir, stack);
  return {
    project: name,
    programDirectory: await programDirectory(projectDir, main),
    config: configOf(name, content['config'], stackFile),
  };
}

async function readProject(projectDir: string): Promise<{ name: string; main: unknown }> {
  const projectFile = path.join(projectDir, 'Pulumi.yaml');
  const project = await readYaml(projectFile);
  if (project === undefined) {
    throw new DeploymentError('CONFIG_INVALID', `there is no ${projectFile}`);
  }
  const name = project['name'];
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new DeploymentError('CONFIG_INVALID', `${projectFile} has no usable "name"`);
  }
  if (project['config'] !== undefined) {
    throw new DeploymentError(
      'CONFIG_INVALID',
      `${projectFile}: the local engine reads configuration from stack files only, not from "config"`,
    );
  }
  return { name, main: project['main'] };
}

async function unknownStack(projectDir: string, stack: string): Promise<DeploymentError> {
  const stacks = (await readdir(projectDir))
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
  const known = stacks.length === 0 ? 'there are none' : `there are: ${stacks.join(', ')}`;
  return new DeploymentError(
    'STACK_UNKNOWN',
    `there is no stack "${stack}": looked for ${path.join(projectDir, `Pulumi.${stack}.yaml`)}; ${known}`,
  );
}

/** Pulumi's rule: `main` where it is a folder, else the folder that it is in (`GetPwdMain` in pulumi/pulumi). */
async function programDirectory(projectDir: string, main: unknown): Promise<string> {
  const entry = path.resolve(projectDir, typeof main === 'string' ? main : '.');
  const isDirectory = await stat(entry).then(
    (stats) => stats.isDirectory(),
    () => true,
  );
  return isDirectory ? entry : path.dirname(entry);
}

function configOf(project: string, section: unknown, file: string): Record<string, string> {
  if (section === undefined || section === null) return {};
  if (!isMap(section)) throw new DeploymentError('CONFIG_INVALID', `${file}: "config" is no map`);
  return Object.fromEntries(
    Object.entries(section)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => {
        refuseSecure(value, key, file);
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        return [key.includes(':') ? key : `${project}:${key}`, text];
      }),
  );
}

function refuseSecure(value: unknown, at: string, file: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (isMap(value) && typeof value['secure'] === 'string' && Object.keys(value).length === 1) {
    throw new DeploymentError(
      'CONFIG_INVALID',
      `${file}: "${at}" is a secure value, which only Pulumi can decrypt: give this stack a plain value`,
    );
  }
  for (const [key, item] of Object.entries(value)) refuseSecure(item, `${at}.${key}`, file);
}

async function readYaml(file: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DeploymentError('CONFIG_INVALID', `${file}: ${messageOf(error)}`, { cause: error });
  }
  let content: unknown;
  try {
    content = parseYaml(text);
  } catch (error) {
    throw new DeploymentError('CONFIG_INVALID', `${file}: ${messageOf(error)}`, { cause: error });
  }
  if (content === null) return {};
  if (!isMap(content)) throw new DeploymentError('CONFIG_INVALID', `${file} is no map`);
  return content;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

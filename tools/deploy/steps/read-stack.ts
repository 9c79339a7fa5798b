import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseSettings, SettingsError, type Settings } from '@darkroom/pipeline';
import { parse, YAMLParseError } from 'yaml';
import { DeployError } from '../deploy-error.ts';

/** What a stack's file says, as far as deploying needs it. */
export interface StackFile {
  readonly region: string;
  /** Of AWS's configuration files, where the stack names one. */
  readonly profile?: string;
  readonly settings: Settings;
}

/** @throws DeployError `STACK_FILE` that lists every problem */
export async function readStack(workspace: string, stack: string): Promise<StackFile> {
  const file = `Pulumi.${stack}.yaml`;
  const config = await readConfig(path.join(workspace, file), file);
  const region = config['aws:region'];
  const profile = config['aws:profile'];
  if (typeof region !== 'string')
    throw new DeployError(
      'STACK_FILE',
      `${file} sets no region: add \`aws:region\` to \`config\`.`,
    );
  try {
    const settings = parseSettings(config['darkroom:pipeline'], `${file}, darkroom:pipeline`);
    return { region, settings, ...(typeof profile === 'string' && { profile }) };
  } catch (cause) {
    if (cause instanceof SettingsError)
      throw new DeployError('STACK_FILE', cause.message, { cause });
    throw cause;
  }
}

async function readConfig(file: string, name: string): Promise<Record<string, unknown>> {
  try {
    const content: unknown = parse(await readFile(file, 'utf8'));
    const { config } = (content ?? {}) as { config?: Record<string, unknown> };
    return config ?? {};
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new DeployError(
        'STACK_FILE',
        `There is no ${name}: copy Pulumi.dev.yaml and change it.`,
        { cause },
      );
    if (cause instanceof YAMLParseError)
      throw new DeployError('STACK_FILE', `${name} is no YAML: ${cause.message}`, { cause });
    throw cause;
  }
}

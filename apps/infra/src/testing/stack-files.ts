import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import { parse } from 'yaml';

export const workspace = path.resolve(import.meta.dirname, '../../../..');

/** Every committed stack, by its file. */
export const stacks = readdirSync(workspace)
  .map((file) => /^Pulumi\.(?<stack>.+)\.yaml$/.exec(file)?.groups?.['stack'])
  .filter((stack) => stack !== undefined);

/** A stack's configuration as Pulumi hands it to a program: text, and JSON for everything else. */
export function stackConfig(stack: string): Record<string, string> {
  const { config } = readYaml(`Pulumi.${stack}.yaml`) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** What a stack's file sets for the pipeline. */
export function settingsOf(stack: string): SettingsInput {
  return JSON.parse(stackConfig(stack)['darkroom:pipeline'] ?? '') as SettingsInput;
}

export function readProject(): { name: string; main: string } {
  return readYaml('Pulumi.yaml') as { name: string; main: string };
}

function readYaml(file: string): unknown {
  return parse(readFileSync(path.join(workspace, file), 'utf8'));
}

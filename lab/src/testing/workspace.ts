import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import { stringify } from 'yaml';

export const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

/** A copy of the checkout, made of links, with its own stack files. */
export interface Workspace {
  readonly directory: string;
  /** Writes `Pulumi.STACK.yaml`. The settings may be invalid. */
  writeStack(stack: string, pipeline: unknown): Promise<void>;
  remove(): Promise<void>;
}

export async function createWorkspace(): Promise<Workspace> {
  const directory = await mkdtemp(path.join(tmpdir(), 'darkroom-workspace-'));
  for (const name of ['apps', 'node_modules'])
    await symlink(path.join(CHECKOUT, name), path.join(directory, name));
  await copyFile(path.join(CHECKOUT, 'Pulumi.yaml'), path.join(directory, 'Pulumi.yaml'));
  return {
    directory,
    writeStack: (stack, pipeline) =>
      writeFile(
        path.join(directory, `Pulumi.${stack}.yaml`),
        stringify({ config: { 'aws:region': 'us-east-1', 'darkroom:pipeline': pipeline } }),
      ),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A small pipeline: one WebP of `width` pixels for keys below `uploads/`. */
export function smallPipeline(width: number, settings: Partial<SettingsInput> = {}): SettingsInput {
  return {
    recipes: [
      {
        name: 'small',
        match: { prefix: 'uploads/' },
        variants: [
          {
            name: `w${width}`,
            steps: ['rotate', { resize: { width } }, { encode: { format: 'webp' } }],
          },
        ],
      },
    ],
    storage: { protect: false },
    ...settings,
  };
}

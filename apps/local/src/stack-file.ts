import { watch } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { StackInfo } from '@darkroom/console-api';
import { readStackConfig } from '@darkroom/local-pulumi';
import {
  parseSettings,
  pinSideFiles,
  type Settings,
  type WebhookReceiver,
} from '@darkroom/pipeline';

/** What a stack file says. */
export interface StackFile {
  readonly region: string;
  /** With the hashes of the side files. */
  readonly settings: Settings;
  /** Everything that the user controls and a recipe's hash covers, without defaults. JSON. */
  readonly configured: object;
  /** All configuration of the file, for comparisons. */
  readonly config: Readonly<Record<string, string>>;
}

export interface StackFilePlace {
  readonly workspace: string;
  readonly stack: string;
  readonly project: string | undefined;
  /** Replaces the webhook of the file. */
  readonly webhook?: WebhookReceiver | undefined;
}

export function stackFileOf({ workspace, stack }: Omit<StackFilePlace, 'project'>): string {
  return path.join(workspace, `Pulumi.${stack}.yaml`);
}

/**
 * @param assetsDir folder of the side files
 * @throws DeploymentError, SettingsError or SideFileError
 */
export async function readStackFile(place: StackFilePlace, assetsDir: string): Promise<StackFile> {
  const file = await readStackConfig(place.workspace, place.stack, place.project);
  const value = withWebhook(parseValue(file.config['darkroom:pipeline']), place.webhook);
  const config: StackFile['config'] = {
    ...file.config,
    'darkroom:pipeline': JSON.stringify(value),
  };
  const settings = parseSettings(value, `Pulumi.${place.stack}.yaml, darkroom:pipeline`);
  const recipes = pinSideFiles(settings.recipes, assetsDir);
  const { recipes: written, limits } = value as Partial<Settings>;
  const sideFiles = recipes.map((recipe) => recipe.sideFiles);
  return {
    region: config['aws:region'] ?? 'us-east-1',
    settings: { ...settings, recipes },
    configured: { recipes: written, limits, sideFiles },
    config,
  };
}

/** A value that is not an object stays: the settings' schema rejects it. */
function withWebhook(value: unknown, webhook: WebhookReceiver | undefined): unknown {
  if (!webhook || typeof value !== 'object' || value === null) return value;
  const { events } = value as { events?: object };
  return { ...value, events: { ...events, webhook } };
}

/** Pulumi stores objects as JSON. The settings' schema rejects other values. */
function parseValue(text = '{}'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Keys of uploads rarely begin with a slash, so such a recipe matches nothing. */
export function prefixWarnings({ recipes }: Settings): string[] {
  return recipes
    .filter(({ match }) => match.prefix.startsWith('/'))
    .map(
      ({ name, match: { prefix } }) =>
        `recipe "${name}": its prefix "${prefix}" begins with a slash, and keys of uploads usually do not`,
    );
}

export function recipeInfo({ recipes }: Settings): StackInfo['recipes'] {
  return recipes.map(({ name, match, variants }) => ({
    name,
    match,
    variants: variants.map((variant) => variant.name),
  }));
}

/** `recipe photos changes, recipe avatars is new, function changes`; empty if nothing differs. */
export function describeDifference(before: StackFile, after: StackFile): string {
  const [old, current] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...current.keys()])];
  const recipes = names.flatMap((name) => {
    if (!old.has(name)) return [`recipe ${name} is new`];
    if (!current.has(name)) return [`recipe ${name} is removed`];
    return isDeepStrictEqual(old.get(name), current.get(name)) ? [] : [`recipe ${name} changes`];
  });
  const isReordered =
    recipes.length === 0 && !isDeepStrictEqual([...old.keys()], [...current.keys()]);
  const sections = Object.keys(after.settings) as (keyof Settings)[];
  const others = sections.filter(
    (name) => name !== 'recipes' && !isDeepStrictEqual(before.settings[name], after.settings[name]),
  );
  const parts = [
    ...recipes,
    ...(isReordered ? ['the order of the recipes changes'] : []),
    ...others.map((name) => `${name} changes`),
  ];
  const isOther = parts.length === 0 && !isDeepStrictEqual(before.config, after.config);
  return (isOther ? ['the configuration changes'] : parts).join(', ');
}

function byName({ settings }: StackFile) {
  return new Map(settings.recipes.map((recipe) => [recipe.name, recipe]));
}

/** Editors write a file in several steps: time until it is read, milliseconds. */
const SETTLE_MS = 100;

/**
 * Calls `onSave` after each save of a file, one call at a time. Saves during a call cause one more.
 *
 * @returns ends it, after a running call
 */
export function watchFile(file: string, onSave: () => Promise<void>): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  // The folder: many editors replace the file, which ends a watch of the file itself.
  const watcher = watch(path.dirname(file), (_event, name) => {
    if (name !== path.basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(onSave);
    }, SETTLE_MS);
  });
  // A folder that is removed: the stack continues with the settings that it has.
  watcher.on('error', () => watcher.close());
  return async () => {
    clearTimeout(timer);
    watcher.close();
    await running;
  };
}

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DeploymentError, messageOf } from './deployment-error.ts';
import { ARCHIVE, ASSET, SIGNATURE, isObject, type Properties, type Value } from './properties.ts';

/** A file or a text of the program, with the SHA-256 of its content in hex. */
export type Asset = z.infer<typeof assetSchema>;
/** A folder, an archive file, or a map of assets and archives, with the SHA-256 of all content in hex. */
export interface Archive {
  readonly [SIGNATURE]: typeof ARCHIVE;
  readonly hash: string;
  /** Absolute. */
  readonly path?: string | undefined;
  readonly assets?: Readonly<Record<string, Asset | Archive>> | undefined;
}

export const assetSchema = z.strictObject({
  [SIGNATURE]: z.literal(ASSET),
  hash: z.string(),
  path: z.string().optional(),
  text: z.string().optional(),
});

export const archiveSchema: z.ZodType<Archive> = z.strictObject({
  [SIGNATURE]: z.literal(ARCHIVE),
  hash: z.string(),
  path: z.string().optional(),
  get assets() {
    return z.record(z.string(), z.union([assetSchema, archiveSchema])).optional();
  },
});

/**
 * Makes the paths of all assets and archives absolute and adds the hash of their content, so that a changed file is a
 * changed input.
 *
 * @param directory where relative paths start
 * @throws DeploymentError `INPUT_INVALID` when a file is not there, or the asset is a URL
 */
export async function resolveAssets(inputs: Properties, directory: string): Promise<Properties> {
  return (await resolveValue(inputs, directory)) as Properties;
}

async function resolveValue(value: Value, directory: string): Promise<Value> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((item) => resolveValue(item as Value, directory)));
  }
  if (!isObject(value)) return value;
  const resolved: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value)) {
    resolved[key] = await resolveValue(item, directory);
  }
  const signature = value[SIGNATURE];
  return signature === ASSET || signature === ARCHIVE ? withHash(resolved, directory) : resolved;
}

/** Only what we understand: the SDK marks its classes with further fields. */
async function withHash(value: Record<string, Value>, directory: string): Promise<Value> {
  const signature = value[SIGNATURE] ?? null;
  const { path: relative, text, assets } = value;
  const hash = createHash('sha256');
  const known = (content: Properties) => ({
    [SIGNATURE]: signature,
    hash: hash.digest('hex'),
    ...content,
  });
  if (typeof relative === 'string') {
    const absolute = path.resolve(directory, relative);
    await hashPath(hash, absolute, '').catch((error: unknown) => {
      const why = `cannot read the asset "${relative}": ${messageOf(error)}`;
      throw new DeploymentError('INPUT_INVALID', why, { cause: error });
    });
    return known({ path: absolute });
  }
  if (typeof text === 'string') {
    hash.update(text);
    return known({ text });
  }
  if (isObject(assets)) {
    for (const name of Object.keys(assets).sort()) {
      const asset = assets[name];
      if (isObject(asset)) hash.update(`${name}\0${asset['hash'] as string}\0`);
    }
    return known({ assets });
  }
  throw new DeploymentError(
    'INPUT_INVALID',
    'remote assets are not supported: use a FileAsset, StringAsset, FileArchive or AssetArchive',
  );
}

/** Adds a file, or everything below a folder, in an order that does not depend on the file system. */
async function hashPath(hash: Hash, absolute: string, name: string): Promise<void> {
  if (!(await stat(absolute)).isDirectory()) {
    hash.update(`${name}\0`);
    for await (const chunk of createReadStream(absolute)) hash.update(chunk as Buffer);
    return;
  }
  for (const entry of (await readdir(absolute)).sort()) {
    const below = path.join(absolute, entry);
    const isLink = (await lstat(below)).isSymbolicLink();
    // A link counts as its text: what it points to may lie outside, or above.
    if (isLink) hash.update(`${name}/${entry}\0${await readlink(below)}\0`);
    else await hashPath(hash, below, `${name}/${entry}`);
  }
}

import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { apply, type ApplyOptions, REPAIRABLE } from '@darkroom/operations';

/** What a start found in the buckets. */
export interface Recovery {
  /** Number of uploads that are processed again, because their outputs were missing or out of date. */
  readonly recovered: number;
  /** Number of uploads whose outputs an earlier version of Darkroom made. `apply` makes them again. */
  readonly outdated: number;
}

export type RecoverOptions = Omit<ApplyOptions, 'kinds' | 'limit' | 'ratePerSecond'> & {
  readonly dataDir: string;
  readonly stack: string;
  /** Everything that the user controls and a recipe's hash covers, without defaults. JSON. */
  readonly configured: unknown;
};

/**
 * Notifies keys again: uploads whose notification a kill lost, and messages that were in flight and would wait for their
 * visibility timeout. Outputs with another recipe hash are made again only if the stack file or a bundled file has
 * changed since the last start: as on AWS, another version of Darkroom makes nothing again by itself.
 */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  const { dataDir, stack, configured } = options;
  const file = path.join(dataDir, 'stacks', `${stack}.recipes.sha256`);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const now = createHash('sha256').update(JSON.stringify(configured)).digest('hex');
  const isChanged = before !== undefined && before !== now;

  const unbounded = { ...options, limit: Infinity, ratePerSecond: Infinity };
  const { sent: found } = await apply({ ...unbounded, dryRun: true });
  const kinds = REPAIRABLE.filter((kind) => kind !== 'recipe-changed' || isChanged);
  const recovered = kinds.reduce((sum, kind) => sum + found[kind], 0);
  if (recovered > 0) await apply({ ...unbounded, kinds });
  if (before !== now) {
    await writeFile(`${file}.new`, now);
    await rename(`${file}.new`, file);
  }
  return { recovered, outdated: isChanged ? 0 : found['recipe-changed'] };
}

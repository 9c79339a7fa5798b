import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Transform } from '@darkroom/transforms';
import { LISTED_TRANSFORMS, useOwnTransforms } from '../catalog.ts';

/** The pipeline's own transforms as one CommonJS file of the function's package; absent without such transforms. */
export const TRANSFORMS_FILE = 'transforms.cjs';

/** A file of own transforms breaks the rules of docs/contract.md. */
export class OwnTransformError extends Error {
  override readonly name = 'OwnTransformError';
  readonly code = 'INVALID_TRANSFORM';
}

/** Exports of `TRANSFORMS_FILE`: the modules by the file that the program names. */
export type OwnTransformModules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const NAME = /^[a-z][a-z0-9]*(?:-?[a-z0-9]+)*$/i;
/** Settings are read by the engine itself, which does not know those of others. */
const KINDS: readonly unknown[] = [
  'pixels',
  'raw',
  'samples',
  'facts',
] satisfies Transform['kind'][];

/**
 * The transforms that modules export, each once. Other exports are ignored.
 *
 * @throws OwnTransformError that names the file and the problem
 */
export function ownTransforms(modules: OwnTransformModules): readonly Transform[] {
  const found = new Map<string, Transform>();
  for (const [file, exported] of Object.entries(modules)) {
    const transforms = [...new Set(Object.values(exported))].filter(isTransform);
    if (transforms.length === 0)
      throw new OwnTransformError(
        `${file} exports no transform: export what defineTransform returns`,
      );
    for (const transform of transforms) {
      const { name } = transform;
      const problem = problemOf(transform);
      if (problem)
        throw new OwnTransformError(`${file}, transform ${JSON.stringify(name)}: ${problem}`);
      if (found.has(name))
        throw new OwnTransformError(
          `${file}: another transform has the name ${JSON.stringify(name)}`,
        );
      found.set(name, transform);
    }
  }
  return [...found.values()];
}

function isTransform(value: unknown): value is Transform {
  if (typeof value !== 'object' || value === null) return false;
  const { name, bind, options } = value as Partial<Transform>;
  return typeof name === 'string' && typeof bind === 'function' && typeof options === 'object';
}

function problemOf({ name, version, kind, options }: Transform): string | undefined {
  if (!NAME.test(name))
    return 'a name has letters, digits and inner hyphens, and begins with a letter';
  if (LISTED_TRANSFORMS.includes(name))
    return 'a transform of Darkroom has this name: choose another one';
  if (!Number.isSafeInteger(version) || version < 1)
    return `version must be a whole number from 1, got ${String(version)}`;
  if (!KINDS.includes(kind))
    return `the kind must be one of ${KINDS.join(', ')}, got ${JSON.stringify(kind)}`;
  if (options.safeParse({ 'not-an-option': 1 }).success)
    return 'options must reject unknown options: use z.strictObject';
  const { examples = [] } = (options.meta() ?? {}) as { examples?: readonly unknown[] };
  for (const example of examples) {
    const { data, error } = options.safeParse(example);
    if (error) return `its options reject the example ${JSON.stringify(example)}`;
    if (!options.safeParse(data).success)
      return `its options reject their own result for the example ${JSON.stringify(example)}`;
  }
  return undefined;
}

/**
 * Adds the own transforms of the function's package to the catalog.
 *
 * @param root folder of the package
 * @throws OwnTransformError, and what the file throws while it loads
 */
export function loadOwnTransforms(root: string): void {
  const file = path.resolve(root, TRANSFORMS_FILE);
  const modules = existsSync(file) ? (createRequire(file)(file) as OwnTransformModules) : {};
  useOwnTransforms(ownTransforms(modules));
}

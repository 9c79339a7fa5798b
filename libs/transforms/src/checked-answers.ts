import type { Scale, Shape } from './bound-transform.ts';

function isSide(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** @throws Error where a transform's `after` gave back anything but a shape */
export function checkedShape(given: unknown): Shape {
  const { width, height, orientation, hasAlpha } = (given ?? {}) as Partial<Shape>;
  if (!isSide(width) || !isSide(height)) {
    throw new Error(`promises ${String(width)}×${String(height)} pixels, which is no size`);
  }
  if (!isSide(orientation) || Number(orientation) > 8) {
    throw new Error(`promises the orientation ${String(orientation)}, which is none of 1 to 8`);
  }
  if (typeof hasAlpha !== 'boolean') throw new Error('does not say whether it has alpha');
  return given as Shape;
}

/** @throws Error where a transform's `scale` gave back anything but a size, or nothing */
export function checkedScale(given: unknown): Scale | undefined {
  if (given === undefined) return undefined;
  const { width, height } = (given ?? {}) as Partial<Scale>;
  if (isSide(width) && isSide(height)) return given as Scale;
  throw new Error(`scales to ${String(width)}×${String(height)} pixels, which is no size`);
}

/** Frozen, with all that is in it: options are those of every upload, and no step may change them for the next one. */
export function frozen<T>(options: T): T {
  if (typeof options !== 'object' || options === null || Object.isFrozen(options)) return options;
  const prototype: unknown = Object.getPrototypeOf(options);
  const isPlain = Array.isArray(options) || prototype === Object.prototype || prototype === null;
  if (!isPlain) return options;
  Object.freeze(options);
  for (const value of Object.values(options)) frozen(value);
  return options;
}

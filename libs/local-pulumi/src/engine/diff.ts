import { isDeepStrictEqual } from 'node:util';
import type { Properties } from './properties.ts';

/** The names of the properties that differ, in alphabetical order. */
export function changedProperties(before: Properties, after: Properties): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
}

/** The new inputs with the old values of the properties whose changes are to be ignored. */
export function keepIgnored(
  before: Properties,
  after: Properties,
  ignored: readonly string[],
): Properties {
  const kept = { ...after };
  for (const name of ignored) {
    const value = before[name];
    if (value === undefined) delete kept[name];
    else kept[name] = value;
  }
  return kept;
}

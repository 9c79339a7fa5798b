import { stringify } from 'yaml';
import type { MockedDeployment, MockedResource } from './run-with-mocks.ts';

/** A deployment as text that stays the same while the program does: sorted, texts that hold JSON opened, no package. */
export function describeGraph({ resources }: MockedDeployment): string {
  const described = resources.map((resource) => [titleOf(resource), describe(resource)] as const);
  return stringify(Object.fromEntries(described.sort(([a], [b]) => (a < b ? -1 : 1))), {
    // One line for a value, however long: a changed word is a changed line.
    lineWidth: 0,
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  });
}

function titleOf({ type, name }: MockedResource): string {
  return `${name} ${type}`;
}

function describe({ inputs, protect, retainOnDelete, dependsOn }: MockedResource) {
  const { code, ...others } = inputs;
  return {
    ...(opened(others) as object),
    // The graph does not contain bytes and paths of the package.
    ...(code !== undefined && { code: '(the package)' }),
    ...(protect && { '(protect)': true }),
    ...(retainOnDelete && { '(retainOnDelete)': true }),
    ...(dependsOn.length > 0 && { '(dependsOn)': [...dependsOn].sort() }),
  };
}

function opened(value: unknown): unknown {
  if (typeof value === 'string')
    return /^[{[]/.test(value) ? opened(parsed(value) ?? [value]) : value;
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, opened(one)]));
}

/** A text that only looks like JSON is a text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { handlers } from './handlers.ts';

const types = handlers.resources.map(({ type }) => type);
const require = createRequire(import.meta.url);

test('no type is listed twice', () => {
  expect(new Set(types).size).toBe(types.length);
});

test.each(types.filter((type) => type.startsWith('aws:')))(
  '%s takes only inputs that the provider’s SDK has',
  (type) => {
    const handler = handlers.resources.find((candidate) => candidate.type === type);
    const [, module = '', className = ''] = type.split(':');
    const sdk = require(`@pulumi/aws/${module}.js`) as Record<string, { __pulumiType: string }>;
    const resource = sdk[className];
    expect(resource?.__pulumiType).toBe(type);
    // The generated constructor copies each argument by its name.
    const source = Function.prototype.toString.call(resource);
    const shape = (handler?.inputs as unknown as { shape: Record<string, unknown> }).shape;
    const inputs = [...Object.keys(shape), ...Object.keys(handler?.ignoredInputs ?? {})];
    for (const input of [...inputs, ...(handler?.replaceOn ?? [])]) {
      expect(source).toContain(`args?.${input}`);
    }
  },
);

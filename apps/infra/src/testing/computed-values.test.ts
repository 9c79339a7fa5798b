import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { COMPUTED_VALUES, computedValues } from './computed-values.ts';

const PACKAGE = path.dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'));

/** The output properties that the class of a resource type declares. */
function declaredProperties(type: string): string[] {
  const [, module = ''] = type.split(':');
  const declaration = readFileSync(path.join(PACKAGE, `${module}.d.ts`), 'utf8');
  return [...declaration.matchAll(/^ {4}readonly (?<name>\w+): pulumi\.Output</gm)].map(
    ({ groups }) => groups?.['name'] ?? '',
  );
}

test.each(Object.keys(COMPUTED_VALUES))('the provider declares the values of %s', (type) => {
  const values = computedValues(
    type,
    { id: 'id', name: 'name', inputs: {} },
    { accountId: '123456789012', region: 'eu-central-1' },
  );
  expect(declaredProperties(type)).toEqual(expect.arrayContaining(Object.keys(values)));
});

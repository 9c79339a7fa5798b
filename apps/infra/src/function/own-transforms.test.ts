import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { expect, test } from 'vitest';
import { bundleOwnTransforms } from './own-transforms.ts';

test('a file that cannot be bundled is an error that Pulumi prints without a stack trace', () => {
  const folder = path.join(import.meta.dirname, 'none');
  const bundle = () => bundleOwnTransforms(['./vignette.ts'], folder);
  expect(bundle).toThrow(pulumi.RunError);
  expect(bundle).toThrow(
    expect.objectContaining({
      code: 'INVALID_TRANSFORM',
      message: `transforms: ./vignette.ts does not exist in ${folder}`,
    }),
  );
});

test('without files there is no bundle', () => {
  expect(bundleOwnTransforms([])).toBeUndefined();
});

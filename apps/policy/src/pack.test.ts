/** The pack in Pulumi's own host, over its protocol: what `pulumi preview --policy-pack apps/policy` runs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RULES } from './index.ts';
import { BUCKET, PUBLIC_ACCESS_BLOCK } from './resource-types.ts';
import type { Resource } from './stack.ts';
import { type RunningPack, runPack } from './testing/run-pack.ts';
import { changed, soundStack } from './testing/sound-stack.ts';

/** Pulumi's text for a value that a preview does not know (`UnknownStringValue`). */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

let pack: RunningPack;
beforeAll(async () => {
  pack = await runPack();
});
afterAll(() => pack.stop());

test('has every rule', async () => {
  expect(await pack.policies()).toEqual(RULES.map(({ name }) => name));
});

test('finds nothing wrong with a sound stack', async () => {
  expect(await pack.analyze(soundStack())).toEqual([]);
});

test('stops a stack that breaks a rule, and says which resource does', async () => {
  const diagnostics = await pack.analyze(changed('access', { restrictPublicBuckets: false }));
  expect(diagnostics).toEqual([
    {
      policy: 'private-buckets',
      message: expect.stringContaining(
        'source does not block public access: restrictPublicBuckets',
      ),
      urn: `${BUCKET} source`,
      isMandatory: true,
    },
  ]);
});

test('during a preview judges what is known, and follows what values come from', async () => {
  const preview = (resources: readonly Resource[]) =>
    resources.map((one): Resource => ({
      ...one,
      properties: {
        ...one.properties,
        ...('bucket' in one.properties && { bucket: UNKNOWN, policy: UNKNOWN }),
        ...('arn' in one.properties && { arn: UNKNOWN }),
      },
      sources: { bucket: one.type === BUCKET ? [] : [`${BUCKET} source`] },
    }));
  expect(await pack.analyze(preview(soundStack()))).toEqual([]);
  const open = changed('access', { blockPublicAcls: false });
  expect(open.some(({ type }) => type === PUBLIC_ACCESS_BLOCK)).toBe(true);
  expect(await pack.analyze(preview(open))).toEqual([
    expect.objectContaining({ policy: 'private-buckets', isMandatory: true }),
  ]);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import type * as pulumi from '@pulumi/pulumi';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ImagePipeline, type ImagePipelineArgs } from '../image-pipeline.ts';
import { type MockedDeployment, runWithMocks, statementsOf } from '../testing/run-with-mocks.ts';

// With `packageDir` the component builds nothing. Mocks do not open the package.
const packageDir = import.meta.dirname;
const recipes: SettingsInput['recipes'] = [
  { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
];

function deploy(args: ImagePipelineArgs): Promise<MockedDeployment> {
  return runWithMocks(() => new ImagePipeline('photos', { packageDir, ...args }));
}

test.each([
  [false, undefined, 'false'],
  [true, { mode: 'Active' }, 'true'],
])('tracing %o: the function, its role and Powertools agree', async (tracing, config, variable) => {
  const deployment = await deploy({ recipes, tracing });
  const { inputs } = deployment.resource('photos-resizer');
  expect(inputs['tracingConfig']).toEqual(config);
  expect(inputs['environment']).toMatchObject({
    variables: { POWERTOOLS_TRACE_ENABLED: variable },
  });
  const statements = statementsOf(deployment.resource('photos-role-policy').inputs);
  expect(statements.some(({ Sid }) => Sid === 'SendTraces')).toBe(tracing);
});

describe('recipes', () => {
  const inputs = async (args: ImagePipelineArgs) =>
    (await deploy(args)).resource('photos-resizer').inputs as {
      code: pulumi.asset.FileArchive & pulumi.asset.AssetArchive;
      environment: { variables: Record<string, string> };
    };

  test('travel in the environment where they fit into it', async () => {
    const { code, environment } = await inputs({ recipes });
    expect(await code.path).toBe(packageDir);
    expect(environment.variables['DARKROOM_RECIPES']).toBe(JSON.stringify(recipes));
  });

  test('are a file in the package if they do not fit into the environment', async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({
      name: `recipe-${index}`,
      match: { prefix: `tenant-${index}/` },
      variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }],
    }));
    const { code, environment } = await inputs({ recipes: many });
    const { '.': built, 'recipes.json': file } = (await code.assets) as {
      '.': pulumi.asset.FileArchive;
      'recipes.json': pulumi.asset.StringAsset;
    };
    expect(await built.path).toBe(packageDir);
    expect(await file.text).toBe(JSON.stringify(many));
    expect(environment.variables['DARKROOM_RECIPES']).toBe('file:recipes.json');
  });
});

describe('decoders', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'darkroom-decoders-'));
    const chunks = path.join(folder, 'arm64-decoders/heic/chunks');
    mkdirSync(chunks, { recursive: true });
    writeFileSync(path.join(chunks, 'heif-file.mjs'), '');
    mkdirSync(path.join(folder, 'arm64-decoders/encode-pdf'));
    writeFileSync(path.join(folder, 'arm64-decoders/encode-pdf/pdf-file.mjs'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const packaged = async (more: Partial<(typeof recipes)[number]>) => {
    const args = {
      recipes: recipes.map((recipe) => ({ ...recipe, ...more })),
      packageDir: path.join(folder, 'arm64'),
    };
    const { inputs } = (await deploy(args)).resource('photos-resizer');
    const { assets } = inputs['code'] as pulumi.asset.AssetArchive;
    return (await assets) as Record<string, pulumi.asset.FileAsset> | undefined;
  };
  const partsOf = (...formats: ('jpeg' | 'heic')[]) => packaged({ formats });

  test('are in the package if a recipe allows their format', async () => {
    const parts = await partsOf('jpeg', 'heic');
    expect(Object.keys(parts ?? {})).toEqual(['.', 'chunks/heif-file.mjs']);
    expect(await parts?.['chunks/heif-file.mjs']?.path).toBe(
      path.join(folder, 'arm64-decoders/heic/chunks/heif-file.mjs'),
    );
  });

  test('and so is what writes PDF, if a variant is one', async () => {
    const variants = [
      { name: 'document', pages: 'all' as const, steps: [{ encode: 'pdf' as const }] },
    ];
    expect(Object.keys((await packaged({ variants })) ?? {})).toEqual(['.', 'pdf-file.mjs']);
  });

  test('are not in the package otherwise', async () => {
    expect(await partsOf('jpeg')).toBeUndefined();
  });
});

describe('side files that the recipes name', () => {
  const marked = (image: string): SettingsInput['recipes'] => [
    { name: 'photos', variants: [{ name: 'web', steps: [{ watermark: image }] }] },
  ];
  const here = path.basename(import.meta.filename);

  test('of the bundle are in the package, next to the handler', async () => {
    const args = { recipes: marked(here), assetsDir: import.meta.dirname };
    const { inputs } = (await deploy(args)).resource('photos-resizer');
    const { assets } = inputs['code'] as pulumi.asset.AssetArchive;
    const parts = (await assets) as Record<string, pulumi.asset.FileAsset>;
    expect(Object.keys(parts)).toEqual(['.', `assets/${here}`]);
    expect(await parts[`assets/${here}`]?.path).toBe(import.meta.filename);
  });

  test('are missed at preview, by the recipe that reads them', async () => {
    await expect(
      deploy({ recipes: marked('none.png'), assetsDir: import.meta.dirname }),
    ).rejects.toThrow(
      /^recipe photos, variant .*, step \d \(watermark\.image\): the side file .*none\.png is not there$/,
    );
  });

  test('of the source bucket: the role allows to read exactly these', async () => {
    const deployment = await deploy({ recipes: marked('s3:brand/logo.png') });
    const statements = statementsOf(deployment.resource('photos-role-policy').inputs);
    expect(statements.filter(({ Sid }) => Sid === 'ReadSideFiles')).toEqual([
      {
        Sid: 'ReadSideFiles',
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: ['arn:aws:s3:::photos-source-0a1b2c3/brand/logo.png'],
      },
    ]);
  });
});

test('runs in a VPC with a role that manages its interfaces, which its code may not', async () => {
  const vpc = { subnetIds: ['subnet-01234567'], securityGroupIds: ['sg-01234567'] };
  const permissionsBoundary = 'arn:aws:iam::123456789012:policy/boundary';
  const deployment = await deploy({ recipes, function: { vpc, permissionsBoundary } });
  expect(deployment.resource('photos-resizer').inputs['vpcConfig']).toEqual(vpc);
  expect(deployment.resource('photos-role').inputs['permissionsBoundary']).toBe(
    permissionsBoundary,
  );
  const statements = statementsOf(deployment.resource('photos-role-policy').inputs);
  const [manage, deny] = statements.filter(({ Sid }) => Sid.includes('Interfaces'));
  expect(manage).toMatchObject({ Effect: 'Allow', Resource: ['*'] });
  expect(deny).toMatchObject({
    Effect: 'Deny',
    Action: manage?.Action,
    Condition: {
      ArnLike: {
        'lambda:SourceFunctionArn':
          'arn:aws:lambda:eu-central-1:123456789012:function:photos-resizer-*',
      },
    },
  });
  const without = await deploy({ recipes });
  expect(without.resource('photos-resizer').inputs).not.toHaveProperty('vpcConfig');
  expect(without.resource('photos-role').inputs).not.toHaveProperty('permissionsBoundary');
});

describe('the policy of the role', () => {
  const withPrefixes = (count: number): SettingsInput['recipes'] =>
    Array.from({ length: count }, (_, index) => ({
      ...{ name: `r${index}`, match: { prefix: `customer-${String(index).padStart(3, '0')}/` } },
      variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }],
    }));

  test('is counted at preview: IAM would refuse it in the middle of an update', async () => {
    await expect(deploy({ recipes: withPrefixes(99) })).rejects.toMatchObject({
      code: 'POLICY_TOO_LARGE',
      message: expect.stringMatching(
        /has 1\d,\d{3} characters, and IAM allows 10,240.* 99 prefixes/,
      ),
    });
  });

  test('fits for the largest number that is accepted', async () => {
    const deployment = await deploy({ recipes: withPrefixes(70) });
    const policy = deployment.resource('photos-role-policy').inputs['policy'] as string;
    expect(policy.length).toBeLessThanOrEqual(10_240);
  });
});

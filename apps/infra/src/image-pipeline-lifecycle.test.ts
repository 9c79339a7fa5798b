/** What the component reports at preview, and what stays when its stack is destroyed. */
import type { SettingsInput } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { runWithMocks, type MockedDeployment } from './testing/run-with-mocks.ts';

function deploy(settings: SettingsInput): Promise<MockedDeployment> {
  return runWithMocks(() => new ImagePipeline('photos', { ...settings, packageDir: '.' }));
}

const warned = vi.spyOn(pulumi.log, 'warn');
beforeEach(() => void warned.mockResolvedValue());
afterEach(() => warned.mockReset());

test('a function that is too small for what the limits let in is told of, at preview', async () => {
  await deploy({
    recipes: [{ name: 'scans', variants: [{ name: 'upright', steps: ['rotate'] }] }],
    function: { memory: 512 },
    alarms: { receivers: [{ email: 'ops@example.org' }] },
  });
  expect(warned).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^function\.memory: 512 MiB are too few/),
    expect.any(ImagePipeline),
  );
});

test('alarms without receivers are told of, at preview, if the data is protected', async () => {
  const recipes: SettingsInput['recipes'] = [
    { name: 'scans', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
  ];
  await deploy({ recipes, storage: { protect: false } });
  expect(warned).not.toHaveBeenCalled();
  await deploy({ recipes });
  expect(warned).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/^alarms\.receivers is empty, and storage\.protect is on/),
    expect.any(ImagePipeline),
  );
});

describe('what goes with a stack when it is destroyed', () => {
  const recipes: SettingsInput['recipes'] = [
    { name: 'photos', variants: [{ name: 'small', steps: [{ resize: { width: 100 } }] }] },
  ];

  test('everything, where nothing is protected: also buckets that hold objects', async () => {
    const deployment = await deploy({ recipes, storage: { protect: false } });
    for (const { name, protect, retainOnDelete } of deployment.resources)
      expect({ name, protect, retainOnDelete }).toEqual({
        ...{ name, protect: false, retainOnDelete: false },
      });
    for (const { inputs } of deployment.ofType('aws:s3/bucket:Bucket'))
      expect(inputs['forceDestroy']).toBe(true);
  });

  test('no data by default: the buckets stop it, and are kept with their guards', async () => {
    const { resources } = await deploy({ recipes });
    const kept = resources.filter(({ protect }) => protect).map(({ name }) => name);
    expect(kept).toContain('photos-source');
    expect(kept).toContain('photos-processed');
    expect(kept).toContain('photos-source-policy');
    expect(kept).toContain('photos-processed-access');
  });
});

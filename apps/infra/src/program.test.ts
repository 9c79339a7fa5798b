import path from 'node:path';
import type { SettingsInput } from '@darkroom/pipeline';
import { expect, test } from 'vitest';
import { ImagePipeline } from './image-pipeline.ts';
import { runInLanguageHost } from './testing/language-host.ts';
import type { Registered } from './testing/provider.ts';
import { runWithMocks, withoutSecrets } from './testing/run-with-mocks.ts';
import { stackConfig, stacks, workspace } from './testing/stack-files.ts';

const byName = (resources: readonly Registered[]) =>
  resources
    .map(({ type, name, inputs: { code: _package, ...inputs } }) => {
      const { plain } = withoutSecrets(inputs);
      return { type, name, inputs: plain };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));

test.each(stacks)(
  'Pulumi itself runs the stack %s, and sees what the unit tests see',
  async (stack) => {
    const hosted = await runInLanguageHost(stack);
    expect(hosted).toMatchObject({ exitCode: 0, messages: [] });
    expect(Object.keys(hosted.outputs).sort()).toEqual([
      'alarmNames',
      'alarmTopicArn',
      'dashboardUrl',
      'deadLetterQueueUrl',
      'functionName',
      'logGroupName',
      'processedBucket',
      'queueUrl',
      'settings',
      'sourceBucket',
    ]);

    const settings = JSON.parse(stackConfig(stack)['darkroom:pipeline'] ?? '') as SettingsInput;
    const mocked = await runWithMocks(
      () => new ImagePipeline('photos', { ...settings, packageDir: '.' }),
      { stack },
    );
    expect(byName(hosted.resources)).toEqual(byName(mocked.resources));
  },
);

test.each([
  ['for the processor of the function', {}, 'arm64'],
  ['for this machine where the local run says so', { 'darkroom:packageTarget': 'host' }, 'host'],
])('the package is the one %s', async (_what, config, folder) => {
  const { resources } = await runInLanguageHost('local', { ...stackConfig('local'), ...config });
  const { code } = resources.find(({ name }) => name === 'photos-resizer')?.inputs ?? {};
  expect(code).toMatchObject({ path: path.join(workspace, 'apps/resizer/dist', folder) });
});

test('a mistake in a stack file is one message, that names the file, the path and what is allowed', async () => {
  const { exitCode, messages, resources } = await runInLanguageHost('staging', {
    'darkroom:pipeline': JSON.stringify({
      recipes: [
        {
          name: 'photos',
          variants: [{ name: 'small', steps: [{ encode: { format: 'jpg' } }] }],
        },
      ],
    }),
  });
  expect(exitCode).not.toBe(0);
  expect(resources).toEqual([]);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(
    /^Pulumi\.staging\.yaml, darkroom:pipeline is not valid:\n {2}recipes\[0\]\.variants\[0\]\.steps\[0\].*jpeg/,
  );
  expect(messages[0]).not.toContain('    at ');
});

test('a stack file without settings is told what is missing', async () => {
  const { messages } = await runInLanguageHost('staging', {});
  expect(messages).toEqual([
    expect.stringMatching(/^Pulumi\.staging\.yaml, darkroom:pipeline is not valid:\n {2}recipes: /),
  ]);
});

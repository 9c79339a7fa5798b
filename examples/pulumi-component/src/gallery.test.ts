import { ImagePipeline } from '@darkroom/infra';
import { brokenRules, runWithMocks, type MockedResource } from '@darkroom/infra/testing';
import { describe, expect, test } from 'vitest';
import { gallery } from './gallery.ts';

const deployment = await runWithMocks(gallery, {
  stack: 'prod',
  config: {
    'gallery:americaRoleArn': 'arn:aws:iam::210987654321:role/deploy',
    // Mocks do not open it.
    'gallery:packageDir': '.',
  },
});
const parts = deployment.resources.filter(({ parent }) => parent instanceof ImagePipeline);
const pipelineOf = ({ name }: MockedResource) =>
  ['photos-america', 'photos', 'press'].find((pipeline) => name.startsWith(`${pipeline}-`));
const partsOf = (pipeline: string) => parts.filter((part) => pipelineOf(part) === pipeline);

describe('several pipelines in one program', () => {
  test('are alike, part for part, where their settings are', () => {
    const shapeOf = (pipeline: string) =>
      partsOf(pipeline)
        .map(({ type, name }) => `${type} ${name.slice(pipeline.length)}`)
        .sort();
    expect(shapeOf('photos').length).toBeGreaterThan(30);
    expect(shapeOf('photos-america')).toEqual(shapeOf('photos'));
  });

  test('have no name in common', () => {
    const names = deployment.resources.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('have tags that tell them apart, and those of their teams', () => {
    const tagsOf = (name: string) => deployment.resource(name).inputs['tags'];
    expect(tagsOf('photos-source')).toEqual({
      team: 'gallery',
      'darkroom:stack': 'darkroom/prod',
      'darkroom:pipeline': 'photos',
    });
    expect(tagsOf('press-source')).toMatchObject({ team: 'press', 'darkroom:pipeline': 'press' });
  });
});

describe('accounts and regions', () => {
  const providers = { photos: 'europe', press: 'europe', 'photos-america': 'america' };

  test.each(Object.entries(providers))(
    'every part of %s is where its provider %s is',
    (pipeline, provider) => {
      for (const { name, provider: used } of partsOf(pipeline))
        expect({ name, used }).toEqual({
          name,
          used: expect.stringContaining(`pulumi:providers:aws::${provider}::`),
        });
    },
  );

  test('nothing asks the default provider, which may be of any account', () => {
    expect(deployment.calls.length).toBeGreaterThan(3);
    for (const call of deployment.calls)
      expect(call).toEqual({
        token: expect.any(String),
        provider: expect.stringMatching(/pulumi:providers:aws::(?:europe|america)::/),
      });
  });
});

test('the program’s own resources build on the outputs of a pipeline', () => {
  expect(deployment.resource('uploader').inputs['policy']).toContain(
    '"arn:aws:s3:::photos-source-0a1b2c3/uploads/*"',
  );
  expect(deployment.resource('on-call').inputs).toMatchObject({
    topic: expect.stringMatching(/:press-alarms-0a1b2c3$/),
    protocol: 'sqs',
  });
});

test('the whole program keeps the rules of the policy pack, what is the team’s own included', () => {
  expect(brokenRules(deployment)).toEqual([]);
});

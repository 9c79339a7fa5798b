import { ImagePipeline, type ImagePipelineArgs } from '@darkroom/infra';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { allowUploads, notifyOnCall } from './own-resources.ts';

const photos: ImagePipelineArgs = {
  recipes: [
    {
      name: 'photos',
      match: { prefix: 'uploads/' },
      variants: [
        { name: 'thumb', steps: ['rotate', { resize: { width: 200 } }, { encode: 'webp' }] },
        { name: 'w1280', steps: ['rotate', { resize: { width: 1280 } }, { encode: 'webp' }] },
      ],
    },
  ],
  tags: { team: 'gallery' },
};

/** Press pictures are few, large and not to be lost. */
const press: ImagePipelineArgs = {
  recipes: [
    {
      name: 'press',
      match: { suffixes: ['.tif', '.tiff'] },
      variants: [
        { name: 'preview', steps: ['rotate', { resize: { width: 2560 } }, { encode: 'jpeg' }] },
      ],
    },
  ],
  function: { memory: 3008, timeout: 120 },
  queue: { batchSize: 1, maximumConcurrency: 2 },
  tags: { team: 'press' },
};

/**
 * Three pipelines: two in this account and region, one of them again on another continent, in an account of its own.
 * A pipeline is where its provider is; its parts have no other.
 */
export function gallery() {
  const config = new pulumi.Config('gallery');
  const europe = new aws.Provider('europe', { region: 'eu-central-1' });
  const america = new aws.Provider('america', {
    region: 'us-east-1',
    assumeRoles: [{ roleArn: config.require('americaRoleArn') }],
    defaultTags: { tags: { costCentre: 'america' } },
  });

  // Where the continuous integration has built the function's package; otherwise the component builds it.
  const packageDir = config.get('packageDir');
  const pipeline = (name: string, args: ImagePipelineArgs, provider: aws.Provider) =>
    new ImagePipeline(
      name,
      { ...args, ...(packageDir !== undefined && { packageDir }) },
      { providers: { aws: provider } },
    );
  const here = pipeline('photos', photos, europe);
  const pressHere = pipeline('press', press, europe);
  const there = pipeline('photos-america', photos, america);

  // The team's own resources use the outputs of a pipeline.
  const uploader = allowUploads('uploader', here.sourceBucketArn, { provider: europe });
  notifyOnCall('on-call', pressHere.alarmTopicArn, { provider: europe });

  return {
    uploaderPolicyArn: uploader.arn,
    dashboards: [here.dashboardUrl, pressHere.dashboardUrl, there.dashboardUrl],
    processedBuckets: [here.processedBucket, pressHere.processedBucket, there.processedBucket],
  };
}

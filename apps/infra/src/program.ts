import { parseSettings, SettingsError, type SettingsInput } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';
import { ImagePipeline } from './image-pipeline.ts';
import { functionPackage } from './function/package.ts';

/** The program of `Pulumi.yaml`: one pipeline, as the stack's file sets it. */
export default () => {
  const {
    sourceBucket,
    processedBucket,
    queueUrl,
    deadLetterQueueUrl,
    functionName,
    alarmTopicArn,
    dashboardUrl,
    deliveryUrl,
    eventBusArn,
  } = new ImagePipeline('photos', { ...stackSettings(), ...localRun() });
  return {
    sourceBucket,
    processedBucket,
    queueUrl,
    deadLetterQueueUrl,
    functionName,
    alarmTopicArn,
    dashboardUrl,
    ...(deliveryUrl && { deliveryUrl }),
    ...(eventBusArn && { eventBusArn }),
  };
};

function stackSettings(): SettingsInput {
  const input = new pulumi.Config('darkroom').getObject<SettingsInput>('pipeline') ?? {};
  try {
    parseSettings(input, `Pulumi.${pulumi.getStack()}.yaml, darkroom:pipeline`);
  } catch (error) {
    // Pulumi prints the message of this one alone, without a stack: it is for the person who wrote the file.
    if (error instanceof SettingsError) throw new pulumi.RunError(error.message, { cause: error });
    throw error;
  }
  return input as SettingsInput;
}

/** The local run sets these: there the function runs on the machine that deploys it. */
function localRun(): { packageDir?: string; assetsDir?: string } {
  const config = new pulumi.Config('darkroom');
  const target = config.get('packageTarget', { allowedValues: ['host'] });
  const assetsDir = config.get('assetsDir');
  return {
    ...(target !== undefined && { packageDir: functionPackage(target) }),
    ...(assetsDir !== undefined && { assetsDir }),
  };
}

import path from 'node:path';
import {
  parseSettings,
  SettingsError,
  type SettingsInput,
  SIDE_FILES_FOLDER,
} from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';
import { ImagePipeline, type ImagePipelineOutputs } from './image-pipeline.ts';
import { functionPackage } from './function/package.ts';

/** The outputs of the stack (docs/contract.md). */
const STACK_OUTPUTS = [
  'sourceBucket',
  'processedBucket',
  'queueUrl',
  'deadLetterQueueUrl',
  'functionName',
  'logGroupName',
  'alarmTopicArn',
  'alarmNames',
  'dashboardUrl',
  'deliveryUrl',
  'distributionId',
  'eventBusArn',
  'webhookDeadLetterQueueArn',
  'settings',
] as const satisfies readonly (keyof ImagePipelineOutputs)[];

/** The program of `Pulumi.yaml`: one pipeline with the settings of the stack's file. */
export default () => {
  const photos = new ImagePipeline('photos', { ...stackSettings(), ...localRun() });
  return Object.fromEntries(
    STACK_OUTPUTS.filter((name) => photos[name] !== undefined).map((name) => [name, photos[name]]),
  );
};

function stackSettings(): SettingsInput {
  // `Config.getObject` warns if a part is secret. The component keeps secret what can be.
  const text = pulumi.runtime.getConfig('darkroom:pipeline') ?? '{}';
  const input = parsed(text);
  try {
    parseSettings(input, `Pulumi.${pulumi.getStack()}.yaml, darkroom:pipeline`);
  } catch (error) {
    // Pulumi prints only the message of a RunError, without a stack trace.
    if (error instanceof SettingsError) throw new pulumi.RunError(error.message, { cause: error });
    throw error;
  }
  return input as SettingsInput;
}

/** Next to this repository's `Pulumi.yaml`. */
const ASSETS = path.join(import.meta.dirname, '../../..', SIDE_FILES_FOLDER);

/** Pulumi stores objects as JSON. The settings' schema rejects other values. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Set by the local stack only: there the function runs on the machine that deploys it. */
function localRun(): { packageDir?: string; assetsDir: string } {
  const config = new pulumi.Config('darkroom');
  const target = config.get('packageTarget', { allowedValues: ['host'] });
  const packageDir = config.get('packageDir') ?? (target && functionPackage(target));
  return {
    ...(packageDir !== undefined && { packageDir }),
    assetsDir: config.get('assetsDir') ?? ASSETS,
  };
}

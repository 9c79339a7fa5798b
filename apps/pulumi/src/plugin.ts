/** The component for programs in every language of Pulumi: a plugin, which the engine starts and asks to construct it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ImagePipeline, type ImagePipelineArgs } from '@darkroom/infra';
import * as pulumi from '@pulumi/pulumi';

const TYPE = 'darkroom:index:ImagePipeline';
const text = readFileSync(path.join(import.meta.dirname, 'schema.json'), 'utf8');
const schema = JSON.parse(text) as {
  readonly version: string;
  readonly resources: Readonly<Record<string, { readonly properties: object }>>;
};

const provider: pulumi.provider.Provider = {
  version: schema.version,
  schema: text,
  construct(name, type, inputs, options) {
    if (type !== TYPE)
      return Promise.reject(new pulumi.RunError(`unknown type ${type}, expected ${TYPE}`));
    // A preview checks settings and bundles transforms. Both need values.
    const unknown = Object.keys(inputs).filter((key) => containsOutput(inputs[key]));
    if (unknown.length > 0)
      return Promise.reject(
        new pulumi.RunError(
          `${name}: ${unknown.join(', ')} depend on outputs of other resources. The settings of a pipeline must be known at preview`,
        ),
      );
    const pipeline = new ImagePipeline(name, inputs as ImagePipelineArgs, options);
    const outputs = Object.keys(schema.resources[TYPE]?.properties ?? {});
    const values = pipeline as unknown as Readonly<Record<string, pulumi.Input<unknown>>>;
    return Promise.resolve({
      urn: pipeline.urn,
      state: Object.fromEntries(outputs.map((output) => [output, values[output]])),
    });
  },
};

function containsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(containsOutput);
}

void pulumi.provider.main(provider, process.argv.slice(2));

import type resources from '@pulumi/pulumi/proto/resource_pb.js';
import { decode, type Properties } from './properties.ts';

/** What a program asks for when it constructs a resource. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** False for components, which exist in the program only. */
  readonly custom: boolean;
  /** The parent's URN; empty for the stack itself. */
  readonly parent: string;
  readonly inputs: Properties;
  /** Top-level inputs that hold a secret. */
  readonly secretInputs: readonly string[];
  /** URNs: `dependsOn`, and what the inputs come from. */
  readonly dependencies: readonly string[];
  /** URNs that the same resource may have had before. */
  readonly aliases: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Undefined where the program leaves it open. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** Options that the program used and that would be lost silently. */
  readonly unsupported: readonly string[];
}

export function registrationOf(request: resources.RegisterResourceRequest): Registration {
  const { values, secrets } = decode(request.getObject());
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs: values,
    secretInputs: secrets,
    dependencies: request.getDependenciesList(),
    aliases: request.getAliasurnsList(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    unsupported: unsupportedOptions(request),
  };
}

/** The options that are not here need a feature that the monitor does not announce: Pulumi's SDK refuses them. */
function unsupportedOptions(request: resources.RegisterResourceRequest): string[] {
  return [
    ...(request.getImportid() === '' ? [] : ['import']),
    ...(request.getRemote() ? ['remote components'] : []),
    ...(request.hasReplacementTrigger() ? ['replacementTrigger'] : []),
    ...(request.getEnvvarmappingsMap().getLength() > 0 ? ['envVarMappings'] : []),
    ...nested('ignoreChanges', request.getIgnorechangesList()),
    ...nested('replaceOnChanges', request.getReplaceonchangesList()),
  ];
}

/** Only names of top-level properties are understood. */
function nested(option: string, paths: readonly string[]): string[] {
  return paths.filter((path) => /[.[*]/.test(path)).map((path) => `${option} for "${path}"`);
}

import { componentMembers, type DocumentedMember } from './declarations.ts';
import { type JsonSchema, settingsSchema, withDefaultsDescribed } from './settings-schema.ts';

/** Name of the Pulumi package, in programs and in types. */
export const PULUMI_PACKAGE = 'darkroom';
/** Committed in this project's folder, without a version. */
export const PACKAGE_SCHEMA = 'schema.json';

/** A type in Pulumi's package schema. */
interface TypeSpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly plain?: true;
}
type PropertySpec = TypeSpec & { readonly description?: string };

const ANY: TypeSpec = { $ref: 'pulumi.json#/Any' };

/**
 * The schema of the Pulumi package, from which `pulumi package add` generates an SDK for any language. Settings with
 * several forms, such as recipes, have the type any. The component checks them at preview, as it does everywhere.
 */
export function packageSchema(checkout: string): object {
  const settings = withDefaultsDescribed(settingsSchema(checkout));
  const { args, outputs } = componentMembers(checkout);
  const types: Record<string, object> = {};
  const inputs = {
    ...properties(settings, '', types),
    ...Object.fromEntries(args.map((member) => [member.name, fileArgument(member)])),
  };
  return {
    name: PULUMI_PACKAGE,
    displayName: 'Darkroom',
    description: 'An image pipeline in your own AWS account',
    license: 'MIT',
    keywords: ['pulumi', 'category/cloud', 'kind/component', 'aws', 'images'],
    meta: { supportPack: true },
    language: {
      csharp: { respectSchemaVersion: true, namespaces: { darkroom: 'Darkroom' } },
      go: { respectSchemaVersion: true },
      java: { basePackage: 'com.pulumi' },
      nodejs: { packageName: '@darkroom/sdk', respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
    },
    resources: {
      [`${PULUMI_PACKAGE}:index:ImagePipeline`]: {
        isComponent: true,
        description: 'A pipeline that turns uploaded images into variants.',
        properties: Object.fromEntries(
          outputs.map(({ name, type, documentation }) => [
            name,
            { ...outputType(type), ...(documentation && { description: documentation }) },
          ]),
        ),
        required: outputs.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
        inputProperties: inputs,
        requiredInputs: settings.required,
      },
    },
    types,
  };
}

/** @param declared in TypeScript, such as `pulumi.Output<string>` */
function outputType(declared: string): TypeSpec {
  const text: TypeSpec = { type: 'string' };
  switch (declared) {
    case 'pulumi.Output<string>':
      return text;
    case 'pulumi.Output<string[]>':
      return { type: 'array', items: text };
    default:
      return ANY;
  }
}

function fileArgument({ name, documentation }: DocumentedMember): PropertySpec {
  const text: TypeSpec = { type: 'string', plain: true };
  const type: TypeSpec = name === 'transforms' ? { type: 'array', items: text, plain: true } : text;
  return { ...type, description: documentation };
}

function properties(
  { properties: members = {} }: JsonSchema,
  parent: string,
  types: Record<string, object>,
): Record<string, PropertySpec> {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      const { description, enum: values } = member;
      const allowed = values
        ? `One of ${values.map((value) => JSON.stringify(value)).join(', ')}.`
        : '';
      const text = [description, allowed].filter(Boolean).join(' ');
      const type = typeOf(
        member,
        `${parent}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        types,
      );
      return [name, { ...type, plain: true as const, ...(text && { description: text }) }];
    }),
  );
}

/** @param name of the type that a map with members becomes */
function typeOf(schema: JsonSchema, name: string, types: Record<string, object>): TypeSpec {
  switch (schema.type) {
    case 'boolean':
    case 'integer':
    case 'number':
    case 'string':
      return { type: schema.type, plain: true };
    case 'array':
      return {
        type: 'array',
        items: typeOf(schema.items ?? {}, `${name}Item`, types),
        plain: true,
      };
    case 'object': {
      const { properties: members = {}, additionalProperties, required } = schema;
      if (Object.keys(members).length > 0) {
        types[`${PULUMI_PACKAGE}:index:${name}`] = {
          type: 'object',
          ...(schema.description && { description: schema.description }),
          properties: properties(schema, name, types),
          ...(required && { required }),
        };
        return { $ref: `#/types/${PULUMI_PACKAGE}:index:${name}`, plain: true };
      }
      const values = typeof additionalProperties === 'object' ? additionalProperties : undefined;
      return values
        ? {
            type: 'object',
            additionalProperties: typeOf(values, `${name}Value`, types),
            plain: true,
          }
        : ANY;
    }
    default:
      return ANY;
  }
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import ts from 'typescript';
import { settingsSchema, withDefaultsDescribed } from './settings-schema.ts';

/** A member of an interface or of a type literal, with its documentation. */
export interface DocumentedMember {
  readonly name: string;
  readonly isOptional: boolean;
  readonly documentation: string;
  /** As written, such as `pulumi.Output<string>`. */
  readonly type: string;
  /** As written, with its comment. */
  readonly text: string;
}

/**
 * The members of `ImagePipelineArgs` that are not settings, and those of `ImagePipelineOutputs`.
 * `outputTypes`: declarations of the types that the outputs name, except `SettingsInput`.
 */
export function componentMembers(checkout: string): {
  args: readonly DocumentedMember[];
  outputs: readonly DocumentedMember[];
  outputTypes: readonly string[];
} {
  const file = path.join(checkout, 'apps/infra/src/image-pipeline.ts');
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Record<string, readonly DocumentedMember[]> = {};
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) found[statement.name.text] = members(statement);
    if (ts.isTypeAliasDeclaration(statement) && ts.isIntersectionTypeNode(statement.type)) {
      const literal = statement.type.types.find(ts.isTypeLiteralNode);
      if (literal) found[statement.name.text] = members(literal);
    }
  }
  const { ImagePipelineArgs: args, ImagePipelineOutputs: outputs } = found;
  if (!args || !outputs) throw new Error(`${file} does not declare arguments and outputs`);
  const outputTypes = source.statements
    .filter(ts.isTypeAliasDeclaration)
    .filter(({ name }) => outputs.some(({ type }) => type.includes(`<${name.text}>`)))
    .map((statement) => statement.getText());
  return { args, outputs, outputTypes };
}

function members(node: ts.InterfaceDeclaration | ts.TypeLiteralNode): DocumentedMember[] {
  return node.members.filter(ts.isPropertySignature).map((member) => ({
    name: member.name.getText(),
    isOptional: member.questionToken !== undefined,
    documentation: ts
      .getJSDocCommentsAndTags(member)
      .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
      .join('\n'),
    type: member.type?.getText() ?? '',
    text: member.getFullText().trim(),
  }));
}

/** Declarations of the component's entry point. The settings come from the JSON Schema, with their descriptions. */
export async function componentTypes(checkout: string): Promise<string> {
  const { args, outputs, outputTypes } = componentMembers(checkout);
  const schema = withDefaultsDescribed(settingsSchema(checkout));
  const step = schema.definitions?.['step'];
  const settings = await compile(
    {
      ...schema,
      definitions: {
        ...schema.definitions,
        step: { ...step, anyOf: [...(step?.anyOf ?? []), { tsType: 'OwnStep' }] },
      },
    } as Parameters<typeof compile>[0],
    'Settings',
    {
      bannerComment: '',
      additionalProperties: false,
      format: false,
      // Lengths of lists are checked at preview.
      ignoreMinAndMaxItems: true,
    },
  );
  return `// Generated. The source is the schema of the settings.
import * as pulumi from '@pulumi/pulumi';

${settings}
/**
 * Options of your own transforms by name, for the steps of typed recipes. Add yours by declaration merging:
 * \`declare module '@darkroom/pulumi' { interface OwnTransforms { vignette: { strength?: number } } }\`
 */
export interface OwnTransforms {}
export type OwnStep =
  | keyof OwnTransforms
  | { [Name in keyof OwnTransforms]: { [N in Name]: OwnTransforms[Name] } }[keyof OwnTransforms];

export interface ImagePipelineArgs extends Settings {
  ${args.map(({ text }) => text).join('\n  ')}
}

type SettingsInput = Settings;
${outputTypes.join('\n')}

/** A pipeline that turns uploaded images into variants. */
export declare class ImagePipeline extends pulumi.ComponentResource {
  constructor(name: string, args: ImagePipelineArgs, opts?: pulumi.ComponentResourceOptions);
  ${outputs.map(({ text }) => text).join('\n  ')}
}
`;
}

/** Declarations of the entry point for authors of transforms. */
export async function authoringTypes(checkout: string): Promise<string> {
  const bundle = await rollup({
    input: path.join(checkout, 'libs/transforms/src/authoring.ts'),
    external: [/^[^./]/],
    plugins: [
      dts({
        tsconfig: path.join(checkout, 'libs/transforms/tsconfig.json'),
        compilerOptions: { composite: false, incremental: false, tsBuildInfoFile: undefined },
      }),
    ],
  });
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  return `${output[0].code}\nexport * as z from 'zod';\n`;
}

import { isDeepStrictEqual } from 'node:util';
import {
  OUTPUT_FILES,
  OUTPUT_FORMATS,
  type OutputFormat,
  PICTURE_FORMATS,
} from '@darkroom/transforms';
import * as z from 'zod';
import { OUTCOME_FILE } from '../contract/keys.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { nameSchema } from '../recipe/names.ts';
import { INFIXES, type NamedParts, partsOf } from '../recipe/part-range.ts';
import { publicVariants } from './public-variants.ts';
import { bucketName, corsSchema } from './settings-sections.ts';

/** For each recipe, the variants of each URL name. */
const choicesSchema = z.record(z.string(), z.record(nameSchema, z.array(z.string()).min(2)));

const HOST = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/;

export const deliverySchema = z
  .strictObject({
    choices: choicesSchema
      .default({})
      .describe(
        'By recipe and name, variants of different formats in order of preference: `KEY/NAME.auto` is the first that the browser’s `Accept` names, or else the last',
      ),
    variants: z
      .array(nameSchema)
      .min(1)
      .optional()
      .describe(
        'Names of the variants that the distribution delivers. Default: all, without copies of the upload',
      ),
    manifests: z
      .boolean()
      .default(false)
      .describe(
        'Also delivers `KEY/manifest.json`, which shows the camera, the time, bucket names and all variants',
      ),
    outcomes: z
      .boolean()
      .default(false)
      .describe(
        'Also writes and delivers `KEY/outcome.json`: the public part of the manifest, for browsers that wait for the variants',
      ),
    priceClass: z
      .enum(['PriceClass_100', 'PriceClass_200', 'PriceClass_All'])
      .default('PriceClass_100')
      .describe('Where CloudFront keeps copies: North America and Europe, more, or everywhere'),
    domains: z
      .array(z.string().regex(/^(?:\*\.)?(?:[a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host name'))
      .min(1)
      .optional()
      .describe('Host names of your own; point them to the distribution in your DNS'),
    domain: z
      .strictObject({
        zone: z
          .string()
          .regex(HOST, 'must be the name of a hosted zone')
          .describe(
            'Name of a public hosted zone of Route 53 in the account, such as `example.com`',
          ),
        name: z
          .string()
          .regex(HOST, 'must be a host name')
          .optional()
          .describe('Host name in the zone. Default: `images.ZONE`'),
      })
      .optional()
      .describe(
        'A host name whose certificate and DNS records the stack creates; instead of `domains` and `certificateArn`',
      ),
    certificateArn: z
      .string()
      .regex(
        /^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/,
        'must be the ARN of a certificate in us-east-1, where CloudFront looks for it',
      )
      .optional()
      .describe('ARN of the certificate of `domains`, of AWS Certificate Manager in us-east-1'),
    trustedKeyGroups: z
      .array(z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a key group of CloudFront'))
      .min(1)
      .max(4)
      .optional()
      .describe(
        'Ids of CloudFront’s key groups: only URLs and cookies that one of their keys signed are answered. Default: outputs are public',
      ),
    webAclId: z
      .string()
      .regex(
        /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/,
        'must be the ARN of a web ACL of AWS WAF for CloudFront (us-east-1, global)',
      )
      .optional()
      .describe('ARN of the web ACL of AWS WAF that judges requests first'),
    cors: corsSchema(['GET', 'HEAD'])
      .optional()
      .describe(
        'Web pages whose scripts may read outputs. Images in `<img>` need no permission. Default: none',
      ),
    accessLogsBucket: bucketName
      .optional()
      .describe('Name of a bucket that takes access logs; it needs ACLs, which CloudFront uses'),
  })
  .superRefine(({ domains, certificateArn, domain }, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['domain', path], message });
    if (domain && domains) problem('zone', 'replaces `domains` and `certificateArn`: remove them');
    if (domain?.name !== undefined && !`.${domain.name}`.endsWith(`.${domain.zone}`))
      problem('name', `must be ${domain.zone} or a name below it`);
    if ((domains === undefined) === (certificateArn === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: [domains ? 'certificateArn' : 'domains'],
      message: 'is missing: `domains` and `certificateArn` need each other',
    });
  });

type Delivery = z.output<typeof deliverySchema>;

/**
 * The files that the distribution delivers, below any `KEY/`. Unless `delivery.variants` names it, a copy of the upload
 * stays private, because it contains the upload's metadata. So does a variant of another recipe with the same name.
 */
export function deliveredFiles(
  recipes: readonly Recipe[],
  {
    variants: selected,
    manifests,
    outcomes,
  }: Pick<Delivery, 'variants' | 'manifests' | 'outcomes'>,
): string[] {
  const all = recipes.flatMap(({ variants }) => variants);
  const isPublic = publicVariants(recipes, selected);
  const files = all
    .filter(({ name }) => isPublic(name))
    .flatMap((variant) => {
      const format = variantFormat(variant);
      const formats = format === undefined ? PICTURE_FORMATS : [format];
      return formats.flatMap((one) =>
        fileNames(variant).map((name) => `${name}.${OUTPUT_FILES[one].extension}`),
      );
    });
  return [
    ...new Set([
      ...files,
      ...(manifests ? ['manifest.json'] : []),
      ...(outcomes ? [OUTCOME_FILE] : []),
    ]),
  ];
}

/** Most digits of a page number in a pattern. */
const PART_DIGITS = 5;

/**
 * The names of a variant's files, as patterns of IAM. `*` would also stand for names that go on after the page, and for
 * the files of other folders.
 */
function fileNames({ name, ...variant }: NamedParts): string[] {
  const parts = partsOf(variant);
  if (!parts) return [name];
  const { from, to } = parts.range;
  const digits = String(to ?? 10 ** PART_DIGITS - 1).length;
  const fewest = String(from).length;
  return Array.from(
    { length: digits - fewest + 1 },
    (_, index) => `${name}${INFIXES[parts.what]}${'?'.repeat(fewest + index)}`,
  );
}

/**
 * Variants that stay private, whose files a pattern for pages or frames stands for too: by their names, or below an upload
 * whose key ends like the name of a page.
 */
function exposedByParts(
  recipes: readonly Recipe[],
  selected: readonly string[] | undefined,
): { readonly path: []; readonly message: string }[] {
  const isPublic = publicVariants(recipes, selected);
  const all = recipes.flatMap(({ variants }) => variants);
  const withParts = all.filter((variant) => partsOf(variant) && isPublic(variant.name));
  return all
    .filter(({ name }) => !isPublic(name))
    .flatMap(({ name }) => {
      const exposing = withParts.find((variant) =>
        fileNames(variant).some((pattern) => {
          const digits = pattern.length - pattern.indexOf('?');
          const isAlike = new RegExp(`^${pattern.replaceAll('?', '.')}$`).test(name);
          return isAlike || name.length < digits;
        }),
      );
      const { what } = (exposing && partsOf(exposing)) ?? {};
      if (!exposing || !what) return [];
      const message = `"${name}" is not delivered, and could be taken for a ${what} of "${exposing.name}": give it a name of at least ${PART_DIGITS} letters that does not begin with "${exposing.name}${INFIXES[what]}"`;
      return [{ path: [], message }];
    });
}

/** Returns the problems of the selection, each with its path below `delivery.variants`. */
export function selectionProblems(
  recipes: readonly Recipe[],
  { variants, choices }: Pick<Delivery, 'variants' | 'choices'>,
): { readonly path: (string | number)[]; readonly message: string }[] {
  const selected = variants ?? [];
  const names = [...new Set(recipes.flatMap((recipe) => recipe.variants.map(({ name }) => name)))];
  const unknown = selected.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          {
            path: [index],
            message: `no recipe has a variant "${name}"; there are: ${names.join(', ')}`,
          },
        ],
  );
  const chosen = Object.values(choices).flatMap((urls) => Object.values(urls).flat());
  const missing = chosen.filter((name) => selected.length > 0 && !selected.includes(name));
  return [
    ...unknown,
    ...[...new Set(missing)].map((name) => ({
      path: [],
      message: `\`delivery.choices\` offers "${name}": add it`,
    })),
    ...exposedByParts(recipes, variants),
  ];
}

export type Choices = z.output<typeof choicesSchema>;

/** Every client that shows pictures shows these, whatever its `Accept` says. */
const UNIVERSAL: ReadonlySet<OutputFormat> = new Set(['jpeg', 'png', 'gif']);

/** A candidate file of a URL name. */
export interface ChoiceFile {
  /** Media type, as `Accept` names it. */
  readonly contentType: string;
  /** Below `KEY/`. */
  readonly file: string;
}

/** The candidate files of each URL name of a recipe, in order of preference. The last one is for every client. */
export type RecipeChoices = Readonly<Record<string, readonly ChoiceFile[]>>;

const ofEncode = z.object({ format: z.enum(OUTPUT_FORMATS) });

/** @returns undefined if the format is that of the upload, which a URL cannot contain */
export function variantFormat({
  steps,
}: Pick<Recipe['variants'][number], 'steps'>): OutputFormat | undefined {
  const encode = steps.find(({ transform }) => transform === 'encode');
  return ofEncode.safeParse(encode?.options).data?.format;
}

/** The choices of each recipe by its name. Those that `choiceProblems` finds nothing wrong with. */
export function deliveryChoices(
  recipes: readonly Recipe[],
  choices: Choices,
): Readonly<Record<string, RecipeChoices>> {
  return Object.fromEntries(
    recipes.map((recipe) => [
      recipe.name,
      Object.fromEntries(
        Object.entries(choices[recipe.name] ?? {}).map(([name, variants]) => [
          name,
          variants.flatMap((variant) => choiceFile(recipe, variant) ?? []),
        ]),
      ),
    ]),
  );
}

function choiceFile({ variants }: Recipe, name: string): ChoiceFile | undefined {
  const variant = variants.find((candidate) => candidate.name === name);
  const format = variant && variantFormat(variant);
  if (!format) return undefined;
  const { contentType, extension } = OUTPUT_FILES[format];
  return { contentType, file: `${name}.${extension}` };
}

/** Returns the problems of the choices, each with its path below `delivery.choices`. */
export function choiceProblems(
  recipes: readonly Recipe[],
  choices: Choices,
): { readonly path: (string | number)[]; readonly message: string }[] {
  return Object.entries(choices).flatMap(([recipeName, names]) => {
    const recipe = recipes.find(({ name }) => name === recipeName);
    if (!recipe)
      return [
        {
          path: [recipeName],
          message: `no recipe has this name; there are: ${recipes.map(({ name }) => name).join(', ')}`,
        },
      ];
    return Object.entries(names).flatMap(([name, variants]) => {
      const problems = variants.map((_variant, index) => problemOf(recipe, variants, index));
      return problems.flatMap((message, index) =>
        message === undefined ? [] : [{ path: [recipeName, name, index], message }],
      );
    });
  });
}

function problemOf(
  { variants }: Recipe,
  names: readonly string[],
  index: number,
): string | undefined {
  const find = (name: string | undefined) => variants.find((candidate) => candidate.name === name);
  const name = names[index] ?? '';
  const variant = find(name);
  if (!variant)
    return `the recipe has no variant "${name}"; it has: ${variants.map((one) => one.name).join(', ')}`;
  const format = variantFormat(variant);
  const parts = partsOf(variant);
  if (parts) return `variant "${name}" has ${parts.what}s: there is no file of this name`;
  if (!format) return `variant "${name}" needs an \`encode\` step that names its format`;
  if (format === 'pdf') return `variant "${name}" is a document: pages do not show it as a picture`;
  const before = names.slice(0, index).flatMap((one) => find(one) ?? []);
  if (before.some((one) => variantFormat(one) === format))
    return `variant "${name}" is a second one in ${format}: it is never chosen`;
  if (before.some(({ when }) => !isDeepStrictEqual(when, variant.when)))
    return `variant "${name}" is made under another condition (\`when\`) than the one before: one may be there without the other`;
  if (index === names.length - 1 && !UNIVERSAL.has(format))
    return `the last one is for every client: it must be in ${[...UNIVERSAL].join(', ')}, not in ${format}`;
  return undefined;
}

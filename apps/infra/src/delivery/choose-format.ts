import type { Matching, RecipeChoices } from '@darkroom/pipeline';
import * as pulumi from '@pulumi/pulumi';

/** In URLs: `KEY/NAME.auto` is one of the files of the choice NAME. */
export const AUTO = '.auto';

/** CloudFront developer guide, "Quotas", "Quotas on CloudFront Functions". */
const MAX_BYTES = 10 * 1024;

/** The choices do not fit into a CloudFront Function. */
export class ChoicesError extends pulumi.RunError {
  override readonly name = 'ChoicesError';
  readonly code = 'TOO_MANY_CHOICES';
}

/** A recipe as far as a URL is concerned. */
export interface ChoosingRecipe extends Matching {
  readonly name: string;
}

/**
 * The code of the CloudFront Function that turns the name of a choice into that of a file, by the request's `Accept`.
 * It runs before the cache is asked: so the cache holds each file once, whatever the browsers' `Accept` looks like.
 *
 * @param choices of each recipe by its name
 * @throws ChoicesError where CloudFront would not take it
 */
export function chooseFormatCode(
  recipes: readonly ChoosingRecipe[],
  choices: Readonly<Record<string, RecipeChoices>>,
): string {
  const table = recipes.map(({ name, match }) => [
    match.prefix,
    match.suffixes ?? [''],
    Object.entries(choices[name] ?? {}).map(([choice, files]) => [
      choice,
      files.map(({ contentType, file }) => [contentType, file]),
    ]),
  ]);
  const code = `var recipes = ${JSON.stringify(table)};\n${CODE}`;
  const bytes = Buffer.byteLength(code);
  if (bytes <= MAX_BYTES) return code;
  throw new ChoicesError(
    `delivery.choices: with the recipes' matches they make a CloudFront Function of ${bytes} bytes, ` +
      `CloudFront takes ${MAX_BYTES}: offer fewer of them`,
  );
}

/**
 * JavaScript runtime 2.0 of CloudFront Functions. A recipe is [prefix, suffixes, choices], a choice [name, files], a
 * file [media type, name]. Below `_long/` a URL does not contain the upload's key: a name there must belong to one
 * recipe only.
 */
const CODE = `
function handler(event) {
  var request = event.request;
  var slash = request.uri.lastIndexOf('/');
  var name = request.uri.slice(slash + 1, -${AUTO.length});
  var files = filesOf(request.uri.slice(1, slash), name);
  if (!files) return { statusCode: 404, statusDescription: 'Not Found' };
  var types = acceptedTypes(request.headers.accept);
  var chosen = files.find((file) => types.includes(file[0])) || files[files.length - 1];
  request.uri = request.uri.slice(0, slash + 1) + chosen[1];
  return request;
}

function filesOf(encodedKey, name) {
  var named = (recipe) => recipe[2].find((choice) => choice[0] === name);
  var key;
  try {
    key = decodeURIComponent(encodedKey);
  } catch (error) {
    return undefined;
  }
  if (key.startsWith('_long/')) {
    var all = recipes.filter(named);
    return all.length === 1 ? named(all[0])[1] : undefined;
  }
  var recipe = recipes.find(
    (one) => key.startsWith(one[0]) && one[1].some((suffix) => key.endsWith(suffix)),
  );
  var choice = recipe && named(recipe);
  return choice && choice[1];
}

function acceptedTypes(header) {
  if (!header) return [];
  var values = header.multiValue ? header.multiValue.map((one) => one.value) : [header.value];
  return values
    .join(',')
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .filter((parts) => !parts.slice(1).some((part) => /^q=0(\\.0*)?$/.test(part)))
    .map((parts) => parts[0]);
}
`;

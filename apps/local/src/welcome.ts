import path from 'node:path';
import type { LocalStack } from './local-stack.ts';
import type { LocalOptions } from './options.ts';

/** Longest list of recipes that one line holds, characters. */
const MAX_LIST = 90;

/** What `npm start` prints when the stack is ready: at most 15 lines. */
export function welcome(
  stack: LocalStack,
  { dataDir, packed }: Pick<LocalOptions, 'dataDir' | 'packed'>,
): string {
  const { info, url, changes, notEmulated, unknownTypes, recovered, outdated } = stack;
  const prefix = info.recipes[0]?.match.prefix ?? '';
  const darkroom = packed ? 'darkroom' : 'npm run darkroom --';
  const { created, updated, replaced, deleted, same } = changes;
  const recipes = info.recipes.map(({ name, match }) => `${name} (${match.prefix}*)`).join(', ');
  const env = path.relative(process.cwd(), path.join(dataDir, 'env'));
  return [
    '',
    'Darkroom is running.',
    `  Console      ${url}`,
    `  S3 and SQS   ${info.endpoint}   (any credentials, region ${info.region}, path-style)`,
    `  Uploads      s3://${info.sourceBucket}`,
    `  Outputs      s3://${info.processedBucket}`,
    `  Recipes      ${recipes.length > MAX_LIST ? `${recipes.slice(0, MAX_LIST)}…` : recipes}`,
    `  Stack        ${info.stack}: ${created} created, ${updated} updated, ${replaced} replaced, ${deleted} deleted, ${same} unchanged`,
    `  Data         ${dataDir}   (settings for applications: ${env})`,
    ...(unknownTypes.length > 0
      ? [`  Not emulated ${unknownTypes.join(', ')}   (outputs are inputs)`]
      : []),
    ...(recovered > 0
      ? [`  Recovery     ${recovered} uploads with missing or outdated outputs are processed again`]
      : []),
    ...(outdated > 0
      ? [
          `  Out of date  ${outdated} uploads of an earlier version: "${darkroom} compare" and "apply"`,
        ]
      : []),
    `Upload with the console, with "${packed ? 'darkroom upload' : 'npm run demo'}", or with the AWS CLI:`,
    `  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --endpoint-url ${info.endpoint} s3 cp photo.jpg s3://${info.sourceBucket}/${prefix}photo.jpg`,
    `"${packed ? 'darkroom dev' : 'npm start --'} --notes" lists ${notEmulated.length} differences from AWS. Ctrl-C stops; the next start continues.`,
    '',
  ].join('\n');
}

/** What `npm start -- --notes` prints as well. */
export function notes({ notEmulated }: LocalStack): string {
  return ['Differences from AWS:', ...notEmulated.map((line) => `  - ${line}`), ''].join('\n');
}

import type { RecipeInfo, Stack } from '../api/client.ts';

type CommandStack = Pick<Stack, 'endpoint' | 'region' | 'sourceBucket' | 'deployed'>;

/** Path-style address of an object. The slashes of its key stay. */
export function s3Url(endpoint: string, bucket: string, key: string): string {
  return `${endpoint}/${encodeURIComponent(bucket)}/${encodePath(key)}`;
}

/** Address at CloudFront, below `deliveryUrl` of the stack. */
export function deliveryUrl(base: string, key: string): string {
  return `${base.replace(/\/$/, '')}/${encodePath(key)}`;
}

function encodePath(key: string): string {
  const segments = key.toWellFormed().split('/');
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/** An upload that can be pasted into a shell as it is. */
export interface Command {
  readonly label: string;
  readonly text: string;
}

/** In single quotes wherever a POSIX shell would see more than a word. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A file name that the recipe takes. */
function exampleName({ match }: RecipeInfo): string {
  return `photo${match.suffixes?.[0] ?? '.jpg'}`;
}

export function uploadCommands(stack: CommandStack, recipe: RecipeInfo): Command[] {
  const name = exampleName(recipe);
  const key = recipe.match.prefix + name;
  const copy = `s3 cp ${quote(name)} ${quote(`s3://${stack.sourceBucket}/${key}`)}`;
  if (stack.deployed) return [{ label: 'AWS CLI', text: `aws --region ${stack.region} ${copy}` }];
  return [
    {
      label: 'curl',
      text: `curl -T ${quote(name)} ${quote(s3Url(stack.endpoint, stack.sourceBucket, key))}`,
    },
    {
      label: 'AWS CLI',
      text:
        `AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=${stack.region} ` +
        `aws --endpoint-url ${stack.endpoint} ${copy}`,
    },
  ];
}

import type { LocalStack } from './local-stack.ts';

/** What `npm start` prints: what is running, where, what to try next. */
export function welcome(
  { info, url, changes, notEmulated, recovered }: LocalStack,
  dataDir: string,
): string {
  const prefix = info.recipes[0]?.match.prefix ?? '';
  const { created, updated, replaced, deleted, same } = changes;
  const rows = [
    ['Console', url],
    ['S3 and SQS', `${info.endpoint}   (any credentials, region ${info.region}, path-style)`],
    ['Uploads', `s3://${info.sourceBucket}`],
    ['Outputs', `s3://${info.processedBucket}`],
    ...info.recipes.map(({ name, match, variants }) => [
      `Recipe ${name}`,
      `${match.prefix}* → ${variants.join(', ')}`,
    ]),
    [
      `Stack ${info.stack}`,
      `${created} created, ${updated} updated, ${replaced} replaced, ${deleted} deleted, ${same} unchanged`,
    ],
    ['Data', dataDir],
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return [
    '',
    'Darkroom is running.',
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${value}`),
    ...(recovered > 0
      ? [
          '',
          `  ${recovered} uploads whose outputs were missing or out of date are being made again.`,
        ]
      : []),
    '',
    'Try next:',
    `  drop pictures on ${url}`,
    '  npm run demo',
    `  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --endpoint-url ${info.endpoint} s3 cp photo.jpg s3://${info.sourceBucket}/${prefix}photo.jpg`,
    '',
    `Not emulated on this machine (${notEmulated.length}):`,
    ...notEmulated.map((line) => `  - ${line}`),
    '',
    'Ctrl-C stops it; the next start goes on where this one stopped.',
    '',
  ].join('\n');
}

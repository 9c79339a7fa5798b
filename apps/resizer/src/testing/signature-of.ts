import { createHash, createHmac } from 'node:crypto';
import type { CannedRequest } from './canned-aws.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

/** The `Authorization` that S3 expects of a request as it has arrived (AWS Signature Version 4). */
export function authorizationOf(
  { line, headers, body }: CannedRequest,
  { accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string },
): string {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const canonical = [
    ...[method, path, query.split('&').sort().join('&')],
    ...names.split(';').map((name) => `${name}:${String(headers[name])}`),
    ...['', names, sha256(body)],
  ].join('\n');
  const date = String(headers['x-amz-date']);
  const scope = [date.slice(0, 8), 'us-east-1', 's3', 'aws4_request'];
  const key = scope.reduce<string | Buffer>(
    (secret, part) => hmac(secret, part).digest(),
    `AWS4${secretAccessKey}`,
  );
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const signature = hmac(key, text).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`;
}

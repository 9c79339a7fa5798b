import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import path from 'node:path';
import { SOURCE } from '../aws/buckets.ts';

const stored = new Set<string>();

/**
 * Uploads a file, which is not part of the figures. S3 copies it after the first time, and no SDK is loaded for it: the
 * garbage and the code of uploads in this process would cost time when V8 collects during the work that is measured.
 */
export async function upload(file: string, key: string): Promise<void> {
  const original = `originals/${path.basename(file)}`;
  if (!stored.has(file)) await put(original, {}, await readFile(file));
  stored.add(file);
  await put(key, { 'x-amz-copy-source': `/${SOURCE}/${original}` });
}

/** @throws Error if the embedded S3 refuses it */
async function put(key: string, headers: Record<string, string>, body?: Buffer): Promise<void> {
  const url = new URL(`/${SOURCE}/${encodeURI(key)}`, process.env['AWS_ENDPOINT_URL']);
  const sent = request(url, { method: 'PUT', headers }).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 200) throw new Error(`PUT ${key}: ${response.statusCode}`);
  await once(response, 'end');
}

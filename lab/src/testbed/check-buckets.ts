import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { StackInfo } from '@darkroom/console-api';
import type { Application, StoredObject } from './application.ts';
import type { SampleUpload } from './sample-uploads.ts';
import type { ReferenceOutputs } from './reference-outputs.ts';

/** A difference from the contract when the queue is empty. */
export interface Violation {
  readonly kind:
    | 'upload lost'
    | 'unknown upload'
    | 'output missing'
    | 'output orphaned'
    | 'output wrong'
    | 'dead letter unexplained'
    | 'dead letter missing';
  /** Key of the object, or body of the message. */
  readonly key: string;
  readonly detail: string;
}

export function describeViolation({ kind, key, detail }: Violation): string {
  return `${kind}: ${key}\n  ${detail}`;
}

/**
 * Compares both buckets with the expected objects. Call it when the queue is empty.
 * @param uploads every key that has an upload, with what was uploaded last
 */
export async function checkBuckets(
  application: Application,
  info: StackInfo,
  uploads: ReadonlyMap<string, SampleUpload>,
  reference: ReferenceOutputs,
): Promise<Violation[]> {
  const wanted = new Map<string, StoredObject>();
  const versions = await application.newestVersions(info.sourceBucket);
  for (const [key, sample] of uploads)
    for (const [at, object] of reference.objectsOf(key, sample, versions.get(key) ?? ''))
      wanted.set(at, object);
  return [
    ...checkSource(await application.list(info.sourceBucket), uploads),
    ...(await checkProcessed(application, info.processedBucket, wanted)),
  ];
}

/** Checks that the embedded S3 has lost no confirmed upload. */
function checkSource(
  listed: ReadonlyMap<string, string>,
  uploads: ReadonlyMap<string, SampleUpload>,
): Violation[] {
  const lost = [...uploads].flatMap(([key, { name, body }]): Violation[] => {
    // The ETags of the embedded S3 are MD5.
    const eTag = createHash('md5').update(body).digest('hex');
    const detail = `"${name}" has the ETag ${eTag}, found ${listed.get(key) ?? 'nothing'}`;
    return listed.get(key) === eTag ? [] : [{ kind: 'upload lost', key, detail }];
  });
  const strange = [...listed.keys()].filter((key) => !uploads.has(key));
  return [
    ...lost,
    ...strange.map((key) => ({ kind: 'unknown upload', key, detail: 'deleted' }) as const),
  ];
}

async function checkProcessed(
  application: Application,
  bucket: string,
  wanted: ReadonlyMap<string, StoredObject>,
): Promise<Violation[]> {
  const violations: Violation[] = [];
  const listed = await application.list(bucket);
  for (const [key, object] of wanted) {
    if (!listed.has(key)) {
      violations.push({ kind: 'output missing', key, detail: 'not listed' });
      continue;
    }
    const found = await application.read(bucket, key);
    if (!isDeepStrictEqual(found, object))
      violations.push({ kind: 'output wrong', key, detail: `${show(found)}, not ${show(object)}` });
  }
  for (const key of listed.keys())
    if (!wanted.has(key))
      violations.push({ kind: 'output orphaned', key, detail: 'no upload asks for it' });
  return violations;
}

function show({ body, contentType, cacheControl, metadata }: StoredObject): string {
  const content =
    contentType === 'application/json' ? body.toString() : `${body.length} bytes, MD5 ${md5(body)}`;
  return JSON.stringify({ contentType, cacheControl, metadata, content });
}

const md5 = (body: Buffer) => createHash('md5').update(body).digest('hex');

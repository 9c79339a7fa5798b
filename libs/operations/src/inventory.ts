import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { decodeKey } from '@darkroom/events';
import { parse } from 'csv-parse';
import pLimit from 'p-limit';
import * as z from 'zod';
import { judgeByManifest } from './judge.ts';
import type { BucketPair, ListedObject } from './listing.ts';
import { OperationError } from './operation-error.ts';
import type { Pages, WalkPage } from './position.ts';

/** `manifest.json` of a report (Amazon S3 user guide, "Inventory manifest"). */
const reportSchema = z.object({
  sourceBucket: z.string(),
  destinationBucket: z.string(),
  fileFormat: z.string(),
  fileSchema: z.string(),
  files: z.array(z.object({ key: z.string(), MD5checksum: z.string().optional() })),
});

type Report = z.output<typeof reportSchema>;

export const inventoryPositionSchema = z.strictObject({
  version: z.literal(1),
  inventory: z.string(),
  processedBucket: z.string(),
  prefix: z.string(),
  /** Index of the file in the report. */
  file: z.int().min(0),
  /** Rows of the file that are done. */
  row: z.int().min(0),
});

/** The position in a report from which a run resumes. */
export type InventoryPosition = z.output<typeof inventoryPositionSchema>;

/** Rows that are judged together. */
const ROWS_A_PAGE = 500;
/** Concurrent reads of manifests. */
const READS_AT_ONCE = 16;

/**
 * The uploads that an S3 Inventory report lists, instead of listings of both buckets. Each upload takes one read of its
 * manifest. Nothing is listed, so damaged folders and outputs of removed uploads are not found. Reports are daily or
 * weekly: an unnecessary message for an upload that has changed since does no harm.
 *
 * Each file of the report is downloaded to the temporary folder before its rows are judged, because S3 closes
 * connections that are read slowly.
 *
 * @param inventory `s3://BUCKET/…/manifest.json`
 * @throws OperationError `INVALID_INVENTORY`
 */
export async function inventoryPages(
  s3: S3Client,
  inventory: string,
  buckets: BucketPair,
): Promise<Pages<InventoryPosition>> {
  const report = await readReport(s3, inventory, buckets.sources.bucket);
  const identity = { inventory, processedBucket: buckets.outputs.bucket, prefix: buckets.prefix };
  return {
    start: { version: 1, ...identity, file: 0, row: 0 },
    check(input) {
      const { success, data, error } = inventoryPositionSchema.safeParse(input);
      if (!success)
        throw new OperationError('INVALID_POSITION', 'This is not a saved position of a report', {
          cause: error,
        });
      for (const name of ['inventory', 'processedBucket', 'prefix'] as const)
        if (data[name] !== identity[name])
          throw new OperationError(
            'INVALID_POSITION',
            `The saved position is for the ${name} "${data[name]}", this run for "${identity[name]}"`,
          );
      return data;
    },
    walk: (from) => walk(s3, report, buckets, from),
  };
}

async function* walk(
  s3: S3Client,
  report: Report,
  buckets: BucketPair,
  from: InventoryPosition,
): AsyncGenerator<WalkPage<InventoryPosition>> {
  const limit = pLimit(READS_AT_ONCE);
  for (let file = from.file; file < report.files.length; file++) {
    let row = 0;
    const done = file === from.file ? from.row : 0;
    let page: { readonly object: ListedObject; readonly row: number }[] = [];
    const at = (rows: number): InventoryPosition => ({ ...from, file, row: rows });
    const judged = async (): Promise<WalkPage<InventoryPosition>> => {
      const rows = new Map(page.map(({ object, row }) => [object.key, row]));
      const entries = page.map(({ object }) =>
        limit(async () => ({
          key: object.key,
          findings: [await judgeByManifest(object, buckets)],
        })),
      );
      page = [];
      return {
        entries: await Promise.all(entries),
        end: at(row),
        after: (key) => at((rows.get(key) ?? row) + 1),
      };
    };
    for await (const object of rowsOf(s3, report, file)) {
      if (row >= done && object?.key.startsWith(buckets.prefix)) page.push({ object, row });
      row += 1;
      if (page.length === ROWS_A_PAGE) yield await judged();
    }
    if (page.length > 0) yield await judged();
  }
}

async function readReport(s3: S3Client, inventory: string, sourceBucket: string): Promise<Report> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(inventory) ?? [];
  if (!Bucket || !Key?.endsWith('manifest.json'))
    throw invalid(`${inventory} is not the address of a report: s3://BUCKET/…/manifest.json`);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const { success, data, error } = reportSchema.safeParse(
    parseJson(await Body?.transformToString()),
  );
  if (!success) throw invalid(`${inventory} is not the manifest.json of a report`, error);
  if (data.fileFormat !== 'CSV')
    throw invalid(
      `${inventory} has files in the format ${data.fileFormat}: choose CSV in the configuration of the inventory`,
    );
  if (data.sourceBucket !== sourceBucket)
    throw invalid(`${inventory} lists the bucket ${data.sourceBucket}, not ${sourceBucket}`);
  const columns = columnsOf(data);
  for (const name of ['Key', 'Size', 'ETag'])
    if (!columns.includes(name))
      throw invalid(`${inventory} lacks the field ${name}: add it to the configuration`);
  return data;
}

function invalid(message: string, cause?: unknown): OperationError {
  return new OperationError('INVALID_INVENTORY', message, { cause });
}

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, …` */
function columnsOf({ fileSchema }: Report): string[] {
  return fileSchema.split(',').map((name) => name.trim());
}

/** @returns undefined for rows of older versions and delete markers */
async function* rowsOf(
  s3: S3Client,
  report: Report,
  file: number,
): AsyncGenerator<ListedObject | undefined> {
  const { key = '', MD5checksum } = report.files[file] ?? {};
  const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-inventory-'));
  try {
    const local = path.join(folder, 'rows.csv.gz');
    const Bucket = report.destinationBucket.replace(/^arn:aws[\w-]*:s3:::/, '');
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    if (!(Body instanceof Readable)) throw invalid(`${key} is empty`);
    const md5 = createHash('md5');
    await pipeline(Body, createWriteStream(local));
    for await (const chunk of createReadStream(local)) md5.update(chunk as Buffer);
    if (MD5checksum !== undefined && md5.digest('hex') !== MD5checksum)
      throw invalid(`${key} does not have the MD5 checksum of manifest.json`);
    const rows = parse({ columns: columnsOf(report) });
    const reading = pipeline(createReadStream(local), createGunzip(), rows);
    // Its error is also the error of `rows`.
    reading.catch(() => undefined);
    for await (const row of rows as AsyncIterable<Record<string, string>>) yield objectOf(row);
    await reading;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code.startsWith('Z_') || code.startsWith('CSV_'))
      throw invalid(`${key} is not a CSV file of an inventory: ${(error as Error).message}`, error);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keys are URL-encoded (Amazon S3 user guide, "Amazon S3 Inventory list"). A report of current versions lacks `IsLatest`. */
function objectOf(row: Record<string, string>): ListedObject | undefined {
  const { Key = '', Size = '0', ETag = '', VersionId, LastModifiedDate = '' } = row;
  if (row['IsLatest'] === 'false' || row['IsDeleteMarker'] === 'true') return undefined;
  return {
    key: decodeKey(Key),
    eTag: ETag.replaceAll('"', ''),
    bytes: Number(Size),
    ...(VersionId && { versionId: VersionId === 'null' ? null : VersionId }),
    lastModified: Date.parse(LastModifiedDate) || 0,
  };
}

import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  followUpload,
  identityOf,
  type ObjectHead,
  outcomeSchema,
  readSource,
} from '@darkroom/operations';
import pLimit from 'p-limit';
import * as z from 'zod';
import { CommandError, defineCommand, numberOption, option, several } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printOutcome, waitOption } from '../outcomes.ts';
import { pathOf } from '../path-of.ts';
import { openStackWithSettings, type StackWithSettings, stackOptions } from '../stack.ts';
import { formatBytes } from '../terminal.ts';

const fileSchema = z.strictObject({
  ...outcomeSchema.shape,
  path: z.string(),
  bytes: z.number(),
  /** Of the object that the command follows; null in an unversioned bucket. */
  versionId: z.string().nullable(),
  /** False if the bucket already had these bytes under this key. */
  sent: z.boolean(),
});

/** Larger files are sent in parts of this size, bytes. S3's minimum is 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024;

/** Sends files to the bucket of uploads and waits for their outcomes. */
export const upload = defineCommand({
  name: 'upload',
  summary: 'uploads files and folders, and waits for the outcome of each',
  details:
    'Names below a folder stay as they are: upload photos --prefix uploads/ sends photos/2024/cat.jpg as uploads/2024/cat.jpg. The same command continues after Ctrl-C: it sends only files that the bucket does not have.',
  arguments: [several('path', 'files and folders', { completes: 'file' })],
  options: {
    ...stackOptions,
    prefix: option(
      '--prefix <prefix>',
      "put before each name (default: the first recipe's prefix)",
      z.string().optional(),
    ),
    concurrency: option(
      '--concurrency <files>',
      'files to send at the same time (default: 8)',
      numberOption(
        'a whole number from 1 to 64',
        (n) => Number.isInteger(n) && n >= 1 && n <= 64,
      ).prefault('8'),
    ),
    wait: waitOption,
  },
  examples: [
    { line: 'cat.jpg', what: 'One photo to the local stack' },
    { line: 'photos --prefix uploads/2024/', what: 'A folder' },
    { line: 'photos --stack prod --json', what: 'A folder to a deployed stack, for a script' },
  ],
  changesStack: true,
  interrupted: 'The same command sends the files that the bucket does not have, and follows all.',
  output: z.strictObject({
    files: z.array(fileSchema),
    done: z.number(),
    rejected: z.number(),
    /** Uploaded, without an outcome, or without a recipe. */
    other: z.number(),
  }),

  async run({ terminal, signal }, options, paths) {
    const stack = await openStackWithSettings(options);
    const { settings } = stack;
    const prefix = options.prefix ?? settings.recipes[0]?.match.prefix ?? '';
    const files = keyed(await findFiles(paths), prefix);
    const bar = terminal.progress('uploads', files.length);
    const limit = pLimit(options.concurrency);
    let finished = 0;
    const sends = files.map((file) => limit(() => send(file, stack, signal)));
    const sent = await Promise.all(sends);
    const until = Date.now() + options.wait * 1000;
    const follow = { stack, settings, signal, until };
    // Each one polls: the limit bounds the requests of a folder of 100,000 files.
    const polls = pLimit(4 * options.concurrency);
    const outcomes = await Promise.all(
      sent.flatMap((upload) =>
        upload === undefined
          ? []
          : polls(async () => {
              const outcome = await followUpload(upload, follow);
              finished += 1;
              bar.update(finished, outcome.key);
              const { path: name, bytes, versionId, isNew } = upload;
              return { ...outcome, path: name, bytes, versionId, sent: isNew };
            }),
      ),
    );
    bar.stop();
    const count = (kind: string) => outcomes.filter(({ outcome }) => outcome === kind).length;
    const [done, rejected] = [count('done'), count('rejected')];
    return { files: outcomes, done, rejected, other: outcomes.length - done - rejected };
  },

  print({ files, done, rejected, other }, terminal) {
    for (const { bytes, ...outcome } of files) printOutcome(outcome, terminal, formatBytes(bytes));
    terminal.line(`${done} done, ${rejected} rejected, ${other} without an outcome`);
    if (rejected > 0)
      terminal.note('`darkroom status KEY` shows the reason; after a fix, `darkroom retry KEY`.');
  },
  exitCode: ({ rejected, other }) => (rejected + other > 0 ? EXIT.failed : EXIT.done),
});

interface Found {
  /** As messages name it. */
  readonly path: string;
  /** With `/`, below the given folder. */
  readonly name: string;
}

async function findFiles(paths: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const given of paths) {
    const info = await stat(pathOf(given)).catch((cause: unknown) => {
      throw new CommandError(`${given} cannot be read: ${(cause as Error).message}`, { cause });
    });
    if (!info.isDirectory()) {
      found.push({ path: given, name: path.basename(given) });
      continue;
    }
    const entries = await readdir(pathOf(given), { withFileTypes: true, recursive: true });
    for (const entry of entries) {
      // Hidden files, such as .DS_Store, are not uploads.
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(pathOf(given), file).split(path.sep).join('/');
      found.push({ path: path.join(given, name), name });
    }
  }
  if (found.length === 0)
    throw new CommandError(`There are no files in ${paths.join(', ')}.`, {
      code: 'NOTHING_TO_DO',
      exitCode: EXIT.done,
      remedy: 'Hidden files are ignored.',
    });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Keyed = Found & { readonly key: string };

/** @throws CommandError if two files have the same key: one would replace the other */
function keyed(files: readonly Found[], prefix: string): Keyed[] {
  const seen = new Map<string, string>();
  return files.map((file) => {
    const key = `${prefix}${file.name}`;
    const other = seen.get(key);
    if (other !== undefined)
      throw new CommandError(`${other} and ${file.path} would both be ${key}`, {
        remedy: 'Upload them by two commands with different values of --prefix.',
      });
    seen.set(key, file.path);
    return { ...file, key };
  });
}

interface Sent extends ObjectHead {
  readonly key: string;
  readonly path: string;
  readonly isNew: boolean;
}

/**
 * Sends a file with its SHA-256, unless the bucket has the same bytes under the key.
 * @returns the identity of the object, or version, that the bucket has; undefined if the signal was aborted before
 */
async function send(
  file: Keyed,
  { s3, sourceBucket }: Pick<StackWithSettings, 's3' | 'sourceBucket'>,
  signal: AbortSignal,
): Promise<Sent | undefined> {
  if (signal.aborted) return undefined;
  const { size } = await stat(pathOf(file.path));
  const base = { key: file.key, path: file.path };
  const sha256 = await sha256Of(pathOf(file.path), size);
  const present = await readSource(file.key, { s3, sourceBucket });
  if (present?.checksumSha256 === sha256) return { ...base, ...present, isNew: false };
  const target = { Bucket: sourceBucket, Key: file.key };
  const answer =
    size > PART_BYTES
      ? await sendParts(s3, target, createReadStream(pathOf(file.path)), signal)
      : await s3.send(
          new PutObjectCommand({
            ...{ ...target, Body: await readFile(pathOf(file.path)) },
            ChecksumSHA256: sha256,
          }),
        );
  if (!answer) return undefined;
  const { ChecksumSHA256 = sha256 } = answer;
  return {
    ...base,
    ...identityOf({ ...answer, ContentLength: size, ChecksumSHA256 }),
    metadata: {},
    isNew: true,
  };
}

/** Deletes the parts on Ctrl-C, and then resolves to undefined. */
async function sendParts(
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string },
  body: ReadStream,
  signal: AbortSignal,
) {
  const { Upload } = await import('@aws-sdk/lib-storage');
  // `Upload.abort` would reject before the parts are deleted.
  const stop = () => void body.destroy(new Error('interrupted'));
  signal.addEventListener('abort', stop);
  try {
    return await new Upload({
      client,
      params: { ...target, Body: body, ChecksumAlgorithm: 'SHA256' },
      ...{ partSize: PART_BYTES, queueSize: 2 },
    }).done();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** As S3 reports it in Base64: of a file in parts, the SHA-256 of those of its parts, and their number. */
async function sha256Of(file: string, size: number): Promise<string> {
  const sha256 = (data: Uint8Array) => createHash('sha256').update(data);
  if (size <= PART_BYTES) return sha256(await readFile(file)).digest('base64');
  const parts: Buffer[] = [];
  const handle = await open(file);
  try {
    const part = Buffer.alloc(PART_BYTES);
    for (let position = 0; position < size; position += PART_BYTES) {
      const { bytesRead } = await handle.read(part, 0, PART_BYTES, position);
      parts.push(sha256(part.subarray(0, bytesRead)).digest());
    }
  } finally {
    await handle.close();
  }
  return `${sha256(Buffer.concat(parts)).digest('base64')}-${parts.length}`;
}

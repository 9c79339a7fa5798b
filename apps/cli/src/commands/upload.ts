import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { followUpload, outcomeSchema } from '@darkroom/operations';
import pLimit from 'p-limit';
import * as z from 'zod';
import { CommandError, defineCommand, numberOption, option, several } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathOf } from '../path-of.ts';
import { openStack, stackOptions } from '../stack.ts';
import { formatBytes, printable } from '../terminal.ts';

const fileSchema = z.strictObject({
  ...outcomeSchema.shape,
  path: z.string(),
  bytes: z.number(),
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
    wait: option(
      '--wait <seconds>',
      'longest time to wait for outcomes after the last file was sent (default: 600)',
      numberOption('a number of seconds from 0', (n) => n >= 0).prefault('600'),
    ),
  },
  examples: [
    { line: 'cat.jpg', what: 'One photo to the local stack' },
    { line: 'photos --prefix uploads/2024/', what: 'A folder' },
    { line: 'photos --stack prod --json', what: 'A folder to a deployed stack, for a script' },
  ],
  output: z.strictObject({
    files: z.array(fileSchema),
    done: z.number(),
    rejected: z.number(),
    /** Uploaded, without an outcome, or without a recipe. */
    other: z.number(),
  }),

  async run({ terminal, signal }, options, paths) {
    const stack = await openStack(options);
    const settings = stack.settings();
    const prefix = options.prefix ?? settings.recipes[0]?.match.prefix ?? '';
    const files = keyed(await findFiles(paths), prefix);
    const bar = terminal.progress('uploads', files.length);
    const limit = pLimit(options.concurrency);
    let finished = 0;
    const sends = files.map((file) =>
      limit(() => (signal.aborted ? undefined : send(file, stack.s3, stack.sourceBucket))),
    );
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
              const { path: name, bytes, isNew } = upload;
              return { ...outcome, path: name, bytes, sent: isNew };
            }),
      ),
    );
    bar.stop();
    const count = (kind: string) => outcomes.filter(({ outcome }) => outcome === kind).length;
    const [done, rejected] = [count('done'), count('rejected')];
    return { files: outcomes, done, rejected, other: outcomes.length - done - rejected };
  },

  print({ files, done, rejected, other }, terminal) {
    const { green, red, yellow } = terminal.colours;
    const colour = { done: green, rejected: red, unfinished: yellow, 'no-recipe': yellow };
    for (const { key, outcome, bytes, outputs, code, message } of files) {
      const more = outcome === 'rejected' ? `${code}: ${message}` : `${outputs.length} outputs`;
      terminal.line(
        `${colour[outcome](outcome.padEnd(10))} ${printable(key)}  ${formatBytes(bytes)}  ${more}`,
      );
    }
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

interface Sent {
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
  readonly eTag: string;
  readonly isNew: boolean;
}

/** Sends a file with its SHA-256, unless the bucket has the same bytes under the key. */
async function send(file: Keyed, s3: S3Client, bucket: string): Promise<Sent> {
  const { size } = await stat(pathOf(file.path));
  const target = { Bucket: bucket, Key: file.key };
  const base = { key: file.key, path: file.path, bytes: size };
  if (size > PART_BYTES) {
    const { ETag = '' } = await new Upload({
      client: s3,
      params: { ...target, Body: createReadStream(pathOf(file.path)), ChecksumAlgorithm: 'SHA256' },
      partSize: PART_BYTES,
      queueSize: 2,
    }).done();
    return { ...base, eTag: unquoted(ETag), isNew: true };
  }
  const body = await readFile(pathOf(file.path));
  const sha256 = createHash('sha256').update(body).digest('base64');
  const present = await s3
    .send(new HeadObjectCommand({ ...target, ChecksumMode: 'ENABLED' }))
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NotFound') return undefined;
      throw error;
    });
  if (present?.ChecksumSHA256 === sha256)
    return { ...base, eTag: unquoted(present.ETag ?? ''), isNew: false };
  const { ETag = '' } = await s3.send(
    new PutObjectCommand({ ...target, Body: body, ChecksumSHA256: sha256 }),
  );
  return { ...base, eTag: unquoted(ETag), isNew: true };
}

function unquoted(eTag: string): string {
  return eTag.replaceAll('"', '');
}

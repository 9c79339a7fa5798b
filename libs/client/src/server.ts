import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  type Part,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { UploadForm } from './index.ts';
import {
  ClientError,
  type DoneOutcome,
  type Outcome,
  type OutcomeVariant,
  type RejectedOutcome,
} from './outcome.ts';
import { poll, type WaitOptions } from './poll.ts';
import { folderOf, outcomeUrl, type RecipeOfUrls } from './urls.ts';

/** A recipe of the stack, as its file has it. */
export interface UploadRecipe extends RecipeOfUrls {
  readonly match?: { readonly prefix?: string; readonly suffixes?: readonly string[] };
  readonly formats?: readonly string[];
  readonly choices?: readonly string[];
}

export interface UploadsOptions {
  /** With the permissions `s3:PutObject` on the recipe's prefix and, for `waitForOutcome`, `s3:GetObject` on its outputs. */
  s3: S3Client;
  sourceBucket: string;
  /** For `waitForOutcome`. */
  processedBucket?: string;
  recipe: UploadRecipe;
  /** `limits.bytes` of the stack. Default: 104,857,600, that of Darkroom. */
  maxBytes?: number;
  /** Seconds for which forms and signed parts are valid, 1 to 604,800. Default: 600. */
  expiresIn?: number;
  /** `deliveryUrl` of the stack, if it has `delivery.outcomes: true`: forms then contain the URL of the outcome. */
  deliveryUrl?: string;
}

/** What the browser says about a file. */
export interface FileToUpload {
  /** Media type, `File.type`. */
  type: string;
  /** `File.size`. */
  bytes: number;
  /** SHA-256 of the content, base64: S3 then refuses damaged content. */
  sha256?: string | undefined;
  /** What the upload chooses for itself, of what the recipe's `choices` allow. */
  choices?: UploadChoices | undefined;
}

/** Places are shares of the upright picture, 0 to 1. */
export interface UploadChoices {
  /** Point that cuts with `position: focus` keep. */
  focus?: { x: number; y: number } | undefined;
  /** Region that all variants are made of. */
  crop?: { left: number; top: number; width: number; height: number } | undefined;
  /** Alternative text, at most about 1,400 bytes: S3 stores 2 KB of metadata. */
  alt?: string | undefined;
}

const TYPES: Readonly<Record<string, { type: string; extension: string }>> = {
  jpeg: { type: 'image/jpeg', extension: '.jpg' },
  png: { type: 'image/png', extension: '.png' },
  webp: { type: 'image/webp', extension: '.webp' },
  avif: { type: 'image/avif', extension: '.avif' },
  gif: { type: 'image/gif', extension: '.gif' },
  tiff: { type: 'image/tiff', extension: '.tiff' },
  svg: { type: 'image/svg+xml', extension: '.svg' },
  heic: { type: 'image/heic', extension: '.heic' },
};
/** The default of a recipe's `formats`. */
const DEFAULT_FORMATS = Object.keys(TYPES).filter(
  (format) => format !== 'svg' && format !== 'heic',
);
/** A folder between the recipe's prefix and the random name. */
const FOLDER = /^[A-Za-z0-9_-]{1,64}(?:\/[A-Za-z0-9_-]{1,64}){0,7}$/;
const MULTIPART_BYTES = 5 * 1024 ** 4;

/** Signs uploads to one recipe of a stack, and waits for their outcomes. */
export type Uploads = ReturnType<typeof createUploads>;

export function createUploads(options: UploadsOptions) {
  const { s3, sourceBucket, processedBucket, recipe, deliveryUrl } = options;
  const { maxBytes = 104_857_600, expiresIn = 600 } = options;
  const { prefix = '', suffixes } = recipe.match ?? {};
  const accepted = (recipe.formats ?? DEFAULT_FORMATS).flatMap((format) => TYPES[format] ?? []);

  /**
   * A new key that matches the recipe: prefix, folder, random UUID and extension. It has no part of the user's file name.
   * @param folder such as a user's id: letters, digits, `-`, `_` and `/`
   */
  function newKey(type: string, folder?: string): string {
    if (folder !== undefined && !FOLDER.test(folder))
      throw new RangeError(`The folder "${folder}" must consist of letters, digits, - _ and /`);
    const { extension } = acceptedType(type);
    const suffix = suffixes?.find((one) => extension.endsWith(one) || one === extension);
    return `${prefix}${folder === undefined ? '' : `${folder}/`}${randomUUID()}${suffixes ? (suffix ?? suffixes[0] ?? '') : extension}`;
  }

  function acceptedType(type: string) {
    const found = accepted.find((one) => one.type === type);
    if (found) return found;
    const list = accepted.map((one) => one.type).join(', ');
    throw new ClientError('UNSUPPORTED_FORMAT', `"${type}" is not accepted; accepted: ${list}`);
  }

  function check({ type, bytes }: FileToUpload, most: number): void {
    acceptedType(type);
    if (!Number.isSafeInteger(bytes) || bytes < 1 || bytes > most)
      throw new ClientError('TOO_LARGE', `${bytes} bytes; allowed: 1 to ${most}`);
  }

  /** @throws ClientError `REFUSED` if the recipe does not allow a choice, or S3 cannot store it */
  function metadataOf(choices: UploadChoices = {}): Record<string, string> {
    const given = Object.entries(choices).filter(([, value]) => value !== undefined);
    const metadata = Object.fromEntries(
      given.map(([name, value]: [string, unknown]) => {
        if (!recipe.choices?.includes(name))
          throw new ClientError('REFUSED', `The recipe does not allow the choice "${name}"`);
        return [`darkroom-${name}`, textOf(value)];
      }),
    );
    if (Object.entries(metadata).flat().join('').length > MAX_METADATA_BYTES)
      throw new ClientError('REFUSED', `Metadata has more than ${MAX_METADATA_BYTES} bytes`);
    return metadata;
  }

  return {
    /** For `<input type="file" accept>`. */
    accept: accepted.map(({ type }) => type).join(','),

    /**
     * A form for one file: S3 accepts exactly this key, type, size and checksum, until the form expires.
     * @param folder see `newKey`
     * @throws ClientError `TOO_LARGE`, `UNSUPPORTED_FORMAT`, or `REFUSED` for choices
     */
    async form(file: FileToUpload, folder?: string): Promise<UploadForm> {
      check(file, maxBytes);
      const key = newKey(file.type, folder);
      const expires = new Date(Date.now() + expiresIn * 1000).toISOString();
      const fields = {
        'Content-Type': file.type,
        success_action_status: '201',
        ...Object.fromEntries(
          Object.entries(metadataOf(file.choices)).map(([name, value]) => [
            `x-amz-meta-${name}`,
            value,
          ]),
        ),
        ...(file.sha256 !== undefined && {
          'x-amz-checksum-algorithm': 'SHA256',
          'x-amz-checksum-sha256': file.sha256,
        }),
      };
      const post = await createPresignedPost(s3, {
        Bucket: sourceBucket,
        Key: key,
        Expires: expiresIn,
        Fields: fields,
        // The SDK adds conditions for all fields.
        Conditions: [['content-length-range', file.bytes, file.bytes]],
      });
      return {
        ...post,
        key,
        expires,
        ...(deliveryUrl !== undefined && { outcomeUrl: outcomeUrl(key, recipe, deliveryUrl) }),
      };
    },

    /**
     * Resumable uploads of large files: the handlers of `@uppy/aws-s3`, to be called by the server's routes. The size of
     * a multipart upload cannot be limited by its signature; `limits.bytes` of the stack rejects what is too large.
     */
    multipart: {
      async create(
        file: FileToUpload,
        folder?: string,
      ): Promise<{ uploadId: string; key: string }> {
        check(file, Math.min(maxBytes, MULTIPART_BYTES));
        const key = newKey(file.type, folder);
        const { UploadId } = await s3.send(
          new CreateMultipartUploadCommand({
            Bucket: sourceBucket,
            Key: key,
            ContentType: file.type,
            Metadata: metadataOf(file.choices),
          }),
        );
        return { uploadId: UploadId ?? '', key };
      },
      /** @returns a URL for the PUT of one part */
      async signPart(key: string, uploadId: string, partNumber: number): Promise<{ url: string }> {
        const command = new UploadPartCommand({
          ...target(key, uploadId),
          PartNumber: partNumber,
        });
        return { url: await getSignedUrl(s3, command, { expiresIn }) };
      },
      async listParts(key: string, uploadId: string): Promise<Part[]> {
        const parts: Part[] = [];
        for (let marker: string | undefined; ;) {
          const page = await s3.send(
            new ListPartsCommand({ ...target(key, uploadId), PartNumberMarker: marker }),
          );
          parts.push(...(page.Parts ?? []));
          if (!page.IsTruncated) return parts;
          marker = page.NextPartNumberMarker;
        }
      },
      async complete(
        key: string,
        uploadId: string,
        parts: readonly Pick<Part, 'PartNumber' | 'ETag'>[],
      ): Promise<{ key: string; eTag: string }> {
        const { ETag = '' } = await s3.send(
          new CompleteMultipartUploadCommand({
            ...target(key, uploadId),
            MultipartUpload: { Parts: [...parts] },
          }),
        );
        return { key, eTag: ETag.replaceAll('"', '') };
      },
      async abort(key: string, uploadId: string): Promise<void> {
        await s3.send(new AbortMultipartUploadCommand(target(key, uploadId)));
      },
    },

    /**
     * Polls the manifest of an upload.
     * @throws ClientError `TIMEOUT` or `ABORTED`, and errors of the SDK
     */
    waitForOutcome(key: string, wait?: WaitOptions): Promise<Outcome> {
      if (processedBucket === undefined) throw new TypeError('processedBucket is missing');
      const manifest = `${folderOf(key, recipe)}manifest.json`;
      const command = new GetObjectCommand({ Bucket: processedBucket, Key: manifest });
      return poll(async (signal) => {
        try {
          const { Body } = await s3.send(command, { abortSignal: signal });
          return Body && outcomeOf(JSON.parse(await Body.transformToString()) as Manifest);
        } catch (error) {
          if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
          throw error;
        }
      }, wait);
    },
  };

  /** Keys come back from browsers: only keys of this recipe are signed. */
  function target(key: string, uploadId: string) {
    const rest = key.startsWith(prefix) ? key.slice(prefix.length) : '';
    if (!/^(?:[A-Za-z0-9_-]+\/){0,8}[0-9a-f-]{36}[^/]*$/.test(rest))
      throw new ClientError('REFUSED', `"${key}" is not a key of this recipe`);
    return { Bucket: sourceBucket, Key: key, UploadId: uploadId };
  }
}

/** S3's limit for metadata. */
const MAX_METADATA_BYTES = 2048;
/** Bytes of text in one encoded word, whose 75 characters are Base64 and a frame (RFC 2047). */
const WORD_BYTES = 45;

const PLACES = ['x', 'y', 'left', 'top', 'width', 'height'];

/** Places are numbers with commas, and a text of other scripts is RFC 2047 words: metadata is ASCII. */
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    return PLACES.flatMap((side) =>
      side in value ? [(value as Record<string, unknown>)[side]] : [],
    )
      .map((share) => {
        if (typeof share !== 'number' || !(share >= 0 && share <= 1))
          throw new ClientError('REFUSED', `${String(share)} is not a number from 0 to 1`);
        return Number(share.toFixed(6))
          .toString()
          .replace(/^.*e-.*$/, '0');
      })
      .join(',');
  const text = String(value);
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text;
  const words = [''];
  for (const character of text) {
    const longer = `${words.at(-1) ?? ''}${character}`;
    if (Buffer.byteLength(longer) <= WORD_BYTES) words[words.length - 1] = longer;
    else words.push(character);
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}

/** The members of a manifest that its outcome has (docs/contract.md, "Manifest"). */
type Manifest = {
  source: {
    eTag: string;
    versionId: string | null;
    width?: number;
    height?: number;
    choices?: UploadChoices;
  };
} & (
  | {
      status: 'done';
      outputs: (Omit<OutcomeVariant, 'name' | 'file'> & { variant: string; key: string })[];
      skipped?: { variant: string; code: 'TOO_LARGE' | 'NOT_APPLICABLE' }[];
      placeholder?: DoneOutcome['placeholder'];
    }
  | { status: 'rejected'; error: Pick<RejectedOutcome, 'code' | 'retryable'> }
);

/** The outcome of a manifest, with all of its variants. */
export function outcomeOf(manifest: Manifest): Outcome {
  const { eTag, versionId, width, height, choices } = manifest.source;
  const head = { version: 1, upload: { eTag, versionId } } as const;
  if (manifest.status === 'rejected') {
    const { code, retryable } = manifest.error;
    return { ...head, status: 'rejected', code, retryable };
  }
  const { outputs, skipped, placeholder } = manifest;
  return {
    ...head,
    status: 'done',
    ...(width !== undefined &&
      height !== undefined && {
        width: cropped(width, choices?.crop?.left, choices?.crop?.width),
        height: cropped(height, choices?.crop?.top, choices?.crop?.height),
      }),
    ...(choices?.alt !== undefined && { alt: choices.alt }),
    variants: outputs.map(({ variant, key, contentType, width, height, bytes, sameAs, eTag }) => ({
      name: variant,
      file: key.slice(key.lastIndexOf('/') + 1),
      contentType,
      ...{ width, height, bytes },
      ...(sameAs !== undefined && { sameAs }),
      eTag,
    })),
    ...(skipped && { skipped: skipped.map(({ variant, code }) => ({ name: variant, code })) }),
    ...(placeholder && { placeholder }),
  };
}

/** A side in pixels after a crop, as the pipeline computes it. */
function cropped(side: number, start = 0, length = 1): number {
  const end = Math.round(start * 1e6 + length * 1e6) / 1e6;
  return Math.max(1, Math.round(end * side) - Math.min(Math.round(start * side), side - 1));
}

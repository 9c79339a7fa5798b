import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { exampleSettings } from '@darkroom/console-api/testing';
import {
  formatManifest,
  recipeHash,
  type DoneManifest,
  type Manifest,
  type ManifestOutput,
  type RejectionCode,
} from '@darkroom/pipeline';
import sharp, { type Sharp } from 'sharp';
import type { StackInfo } from '@darkroom/console-api';

/** Of any picture: what matters is that a page can draw it. */
const THUMBHASH = '1QcSHQRnh493V4dIh4eXh1h4kJUI';

const [recipe] = exampleSettings.recipes;
const HASH = recipe ? recipeHash(recipe, exampleSettings.limits) : '';

/** Puts into the processed bucket what the handler would, when a test says so. */
export class StandInHandler {
  readonly #s3: S3Client;
  readonly #stack: StackInfo;

  constructor(s3: S3Client, stack: StackInfo) {
    this.#s3 = s3;
    this.#stack = stack;
  }

  /**
   * Writes a thumbnail and a few widths of the upload, and its manifest.
   *
   * @param hash of the recipe. Default: that of the current one
   */
  async develop(
    key: string,
    widths: readonly number[] = [320, 640],
    hash = HASH,
  ): Promise<DoneManifest> {
    const { bytes, source } = await this.#source(key);
    const { width, height } = await sharp(bytes).autoOrient().metadata();
    const outputs = await Promise.all([
      this.#output(key, 'thumb', 'webp', sharp(bytes).resize(200, 200)),
      ...widths.flatMap((w) => [
        this.#output(key, `w${w}-webp`, 'webp', sharp(bytes).resize(w)),
        this.#output(key, `w${w}-jpeg`, 'jpeg', sharp(bytes).resize(w)),
      ]),
    ]);
    const manifest: DoneManifest = {
      version: 1,
      status: 'done',
      recipe: 'photos',
      recipeHash: hash,
      source: { ...source, format: 'jpeg', width, height, orientation: 1, pages: 1 },
      outputs,
      placeholder: { thumbhash: THUMBHASH, dominantColour: '#8a6f52' },
    };
    await this.#commit(key, manifest);
    return manifest;
  }

  /** Writes the outputs of a FITS cube of two pages, which no browser shows: pictures of its pages, a TIFF and a PDF. */
  async developDocument(key: string): Promise<void> {
    const { source } = await this.#source(key);
    const page = (width: number) =>
      sharp({ create: { width, height: 300, channels: 3, background: '#406a7a' } });
    const tiff = await this.#output(key, 'archive', 'tiff', page(400));
    const contentType = 'application/pdf';
    const pdf = {
      ...tiff,
      variant: 'document',
      key: `${key}/document.pdf`,
      format: 'pdf' as const,
    };
    await this.#put(pdf.key, Buffer.from('%PDF-1.7'), contentType);
    const histogram = { from: 0, to: 400, counts: [9000, 40, 3, 0, 1] };
    await this.#commit(key, {
      ...{ version: 1, status: 'done', recipe: 'photos', recipeHash: HASH },
      source: {
        ...{ ...source, format: 'fits', width: 400, height: 300, orientation: 1, pages: 2 },
        facts: { channels: [{ channel: 'grey', minimum: 0, maximum: 400, histogram }] },
      },
      outputs: [
        await this.#output(key, 'page-p1', 'webp', page(400)),
        await this.#output(key, 'page-p2', 'webp', page(500)),
        tiff,
        { ...pdf, contentType, pages: 2 },
      ],
    });
  }

  async reject(key: string, code: RejectionCode, message: string, retryable = false) {
    const { source } = await this.#source(key);
    await this.#commit(key, {
      version: 1,
      status: 'rejected',
      recipe: 'photos',
      recipeHash: HASH,
      source,
      outputs: [],
      error: { code, message, retryable },
    });
  }

  async #source(key: string): Promise<{ bytes: Uint8Array; source: Manifest['source'] }> {
    const bucket = this.#stack.sourceBucket;
    const object = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
    const eTag = (object.ETag ?? '').replaceAll('"', '');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      bytes,
      source: { bucket, key, versionId: null, eTag, bytes: bytes.byteLength, sha256 },
    };
  }

  async #output(
    key: string,
    variant: string,
    format: 'webp' | 'jpeg' | 'tiff',
    picture: Sharp,
  ): Promise<ManifestOutput> {
    const { data, info } = await picture.toFormat(format).toBuffer({ resolveWithObject: true });
    const outputKey = `${key}/${variant}.${format === 'jpeg' ? 'jpg' : format}`;
    const contentType = `image/${format}`;
    const put = await this.#put(outputKey, data, contentType);
    return {
      variant,
      key: outputKey,
      format,
      contentType,
      width: info.width,
      height: info.height,
      bytes: data.byteLength,
      eTag: put,
      sha256: createHash('sha256').update(data).digest('hex'),
    };
  }

  async #commit(key: string, manifest: Manifest): Promise<void> {
    await this.#put(`${key}/manifest.json`, formatManifest(manifest), 'application/json');
  }

  async #put(key: string, body: Uint8Array, contentType: string): Promise<string> {
    const { ETag } = await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#stack.processedBucket,
        Key: key,
        Body: body,
        ContentType: contentType,
      }),
    );
    return (ETag ?? '').replaceAll('"', '');
  }
}

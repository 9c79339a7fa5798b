'use server';

import { S3Client } from '@aws-sdk/client-s3';
import { ClientError, explain } from '@darkroom/client';
import { createUploads } from '@darkroom/client/server';
import { recipe } from '../recipe.js';

// Variables of `.darkroom/env`. On AWS, take the names from `pulumi stack output`, and leave the endpoint out.
const { AWS_ENDPOINT_URL, DARKROOM_SOURCE_BUCKET, DARKROOM_PROCESSED_BUCKET, DELIVERY_URL } =
  process.env;

const uploads = createUploads({
  s3: new S3Client({ forcePathStyle: AWS_ENDPOINT_URL !== undefined }),
  sourceBucket: DARKROOM_SOURCE_BUCKET,
  processedBucket: DARKROOM_PROCESSED_BUCKET,
  recipe,
  maxBytes: 20 * 1024 * 1024,
});
/** In front of the outputs' keys. On AWS: `deliveryUrl`. */
const base = DELIVERY_URL ?? `${AWS_ENDPOINT_URL}/${DARKROOM_PROCESSED_BUCKET}`;

/** Signs a form for one file. Here an application checks who the user is, and how many files the user may upload. */
export async function createForm({ type, bytes, sha256 }) {
  return answer(async () => {
    const form = await uploads.form({ type, bytes, sha256 });
    return { form, base: `${base}/${form.key}/` };
  });
}

/** Waits for the outcome of an upload. */
export async function outcomeOf(key, eTag) {
  return answer(async () => {
    const outcome = await uploads.waitForOutcome(key, { eTag, timeout: 30_000 });
    return outcome.status === 'done' ? { outcome } : { problem: explain(outcome.code) };
  });
}

/** Next.js hides the messages of errors from the browser, so the sentence for the user is part of the answer. */
async function answer(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClientError) return { problem: explain(error.code) };
    console.error(error);
    return { problem: 'Something went wrong. Please try again.' };
  }
}

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PROCESSED, SOURCE } from '../aws/buckets.ts';
import { type Job, SHARPS_OWN } from '../jobs.ts';
import { pipelinePerOutput } from './hand-written.ts';
import type { Handle } from './whole-function.ts';

/** The handler of tutorials: GET, a pipeline for each output, PUT. */
export function sharpHandler(job: Job): Handle {
  const s3 = new S3Client({ forcePathStyle: true });
  const doJob = pipelinePerOutput(job, SHARPS_OWN);
  return async (key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: SOURCE, Key: key }));
    const source = await Body?.transformToByteArray();
    for (const { name, bytes } of await doJob(source ?? new Uint8Array()))
      await s3.send(
        new PutObjectCommand({ Bucket: PROCESSED, Key: `${key}/${name}`, Body: bytes }),
      );
  };
}

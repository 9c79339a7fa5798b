/** `node bare-requests.ts`: the requests of `darkroom compare`, by the SDK alone. It prints their number. */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';

const s3 = new S3Client();
const limit = pLimit(16);
let requests = 0;

let marker: string | undefined;
do {
  const page = await s3.send(
    new ListObjectVersionsCommand({ Bucket: 'uploads', KeyMarker: marker }),
  );
  requests += 1;
  marker = page.NextKeyMarker;
} while (marker !== undefined);

let after: string | undefined;
do {
  const { Contents = [], IsTruncated } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'outputs', StartAfter: after }),
  );
  requests += 1;
  const manifests = Contents.map(({ Key = '' }) => Key).filter((key) =>
    key.endsWith('/manifest.json'),
  );
  await Promise.all(
    manifests.map((Key) =>
      limit(async () => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'outputs', Key }));
        await Body?.transformToByteArray();
      }),
    ),
  );
  requests += manifests.length;
  after = IsTruncated ? Contents.at(-1)?.Key : undefined;
} while (after !== undefined);
// As a text: in colour, a number is not one for the reader.
console.log(String(requests));

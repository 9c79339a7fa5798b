import type { FastifyReply } from 'fastify';

import type { Emulator } from '../emulator.ts';
import type { MultipartUpload, StoredObject, UploadedPart } from '../fauxqs.ts';
import { bareETag } from './conditions.ts';
import {
  invalidArgument,
  invalidPart,
  invalidRequest,
  malformedXml,
  noSuchUpload,
} from './errors.ts';
import { header, s3RequestOf, sendXml, type S3Request } from './requests.ts';
import { CHECKSUMS, verify } from './upload-integrity.ts';
import { childElements, childText, escapeXml, parseXml, S3_NAMESPACE } from './xml.ts';

/** UploadPart: "a positive integer between 1 and 10,000". */
const MAX_PART_NUMBER = 10_000;
/** ListParts: "The default is 1,000", and no more. */
const MAX_LISTED_PARTS = 1_000;

/**
 * Upstream: a PUT with only one of `uploadId` and `partNumber` overwrites the object, an upload
 * answers under any bucket and key, its parts are not listed, completing it without parts creates an empty object, and
 * `&#34;` in an ETag of CompleteMultipartUpload, as Go writes it, is an unknown part.
 */
export function multipartUploads({ app, s3 }: Emulator): void {
  app.addHook('preHandler', async (request, reply) => {
    const s3Request = s3RequestOf(request);
    if (s3Request === undefined) return;
    const upload = addressedUpload(s3Request);
    if (upload === undefined) return;
    if (s3Request.method === 'GET') {
      sendParts(reply, s3Request, upload);
      return reply;
    }
    if (s3Request.method !== 'POST') return;
    const parts = parseParts(s3Request.body);
    await verifyParts(upload, parts, s3Request);
    const object = s3.completeMultipartUpload(s3Request.query['uploadId'] ?? '', parts);
    sendCompleted(reply, s3Request, object);
    return reply;
  });

  function addressedUpload({ method, bucket, key, query }: S3Request): MultipartUpload | undefined {
    const { uploadId, partNumber } = query;
    if (method === 'PUT' && (uploadId !== undefined || partNumber !== undefined)) {
      const number = Number(partNumber);
      if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
        throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
      }
    }
    if (uploadId === undefined && (method !== 'PUT' || partNumber === undefined)) return undefined;
    const upload = s3.multipartUploads.get(uploadId ?? '');
    if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload();
    return upload;
  }
}

interface NamedPart extends UploadedPart {
  /** By header name. */
  readonly checksums: Readonly<Record<string, string>>;
}

function parseParts(body: Buffer): NamedPart[] {
  const elements = childElements(parseXml(body, 'CompleteMultipartUpload'), 'Part');
  if (elements.length === 0 || elements.length > MAX_PART_NUMBER) throw malformedXml();
  return elements.map((element) => {
    const number = childText(element, 'PartNumber')?.trim() ?? '';
    const etag = childText(element, 'ETag');
    if (!/^\d+$/.test(number) || etag === undefined) throw malformedXml();
    const checksums = Object.entries(CHECKSUMS).flatMap(([name, { title }]) => {
      const value = childText(element, `Checksum${title}`);
      return value === undefined ? [] : [[name, value.trim()] as const];
    });
    return {
      partNumber: Number(number),
      etag: bareETag(etag),
      checksums: Object.fromEntries(checksums),
    };
  });
}

/**
 * Checks the checksums of the parts, then size and full-object checksum of the object, if the
 * client sends them. Upstream checks numbers, order, sizes and ETags of the parts.
 *
 * @throws InvalidPart, InvalidRequest, BadDigest
 */
async function verifyParts(
  upload: MultipartUpload,
  parts: readonly NamedPart[],
  { headers }: S3Request,
): Promise<void> {
  const bodies: Buffer[] = [];
  for (const { partNumber, checksums } of parts) {
    const part = upload.parts.get(partNumber);
    if (part === undefined) throw invalidPart();
    await verify(part.body, checksums).catch(() => {
      throw invalidPart();
    });
    bodies.push(part.body);
  }
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  const declared = header(headers, 'x-amz-mp-object-size');
  if (declared !== undefined && declared !== String(bytes)) {
    throw invalidRequest(`x-amz-mp-object-size is ${declared}, but the parts hold ${bytes} bytes.`);
  }
  if (header(headers, 'x-amz-checksum-type') === 'FULL_OBJECT') {
    await verify(Buffer.concat(bodies), headers);
  }
}

/** ListParts, in the order of the part numbers. */
function sendParts(
  reply: FastifyReply,
  { bucket, key, query }: S3Request,
  { parts }: MultipartUpload,
): void {
  const marker = Number(query['part-number-marker'] ?? 0);
  const most = Math.min(Number(query['max-parts'] ?? MAX_LISTED_PARTS), MAX_LISTED_PARTS);
  if (!Number.isInteger(marker) || !Number.isInteger(most) || marker < 0 || most < 0) {
    throw invalidArgument('part-number-marker and max-parts must be whole numbers from 0');
  }
  const rest = [...parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const listed = rest.slice(0, most);
  const last = listed.at(-1)?.[0] ?? marker;
  sendXml(
    reply,
    [
      `<ListPartsResult ${S3_NAMESPACE}>`,
      `<Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key>`,
      `<UploadId>${escapeXml(query['uploadId'] ?? '')}</UploadId>`,
      `<StorageClass>STANDARD</StorageClass>`,
      `<PartNumberMarker>${marker}</PartNumberMarker>`,
      `<NextPartNumberMarker>${last}</NextPartNumberMarker>`,
      `<MaxParts>${most}</MaxParts><IsTruncated>${listed.length < rest.length}</IsTruncated>`,
      ...listed.map(
        ([number, { body, etag, lastModified }]) =>
          `<Part><PartNumber>${number}</PartNumber><LastModified>${lastModified.toISOString()}</LastModified><ETag>${escapeXml(etag)}</ETag><Size>${body.length}</Size></Part>`,
      ),
      '</ListPartsResult>',
    ].join(''),
  );
}

function sendCompleted(
  reply: FastifyReply,
  { bucket, key, headers }: S3Request,
  object: StoredObject,
): void {
  const location = `http://${headers.host ?? ''}/${bucket}/${encodeURIComponent(key)}`;
  const { checksumAlgorithm: algorithm, checksumValue = '', checksumType = '' } = object;
  sendXml(
    reply,
    [
      `<CompleteMultipartUploadResult ${S3_NAMESPACE}>`,
      `<Location>${escapeXml(location)}</Location>`,
      `<Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key>`,
      `<ETag>${escapeXml(object.etag)}</ETag>`,
      algorithm
        ? `<Checksum${algorithm}>${checksumValue}</Checksum${algorithm}><ChecksumType>${checksumType}</ChecksumType>`
        : '',
      '</CompleteMultipartUploadResult>',
    ].join(''),
  );
}

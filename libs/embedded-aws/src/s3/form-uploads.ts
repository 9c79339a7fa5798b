import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { FastifyReply } from 'fastify';

import type { Emulator } from '../emulator.ts';
import type { StoredObject } from '../fauxqs.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { checkPostPolicy } from './post-policy.ts';
import { isForm, s3RequestOf, sendXml, type S3Request } from './requests.ts';
import { CRC32, verify } from './upload-integrity.ts';
import { escapeXml } from './xml.ts';

/** "The form data and boundaries (excluding the contents of the file) cannot exceed 20KB." */
const MAX_FIELD_BYTES = 20 * 1024;

interface Form {
  /** By lower-case name. */
  readonly fields: Map<string, string>;
  readonly file: Buffer;
  /** Without its folders. */
  readonly filename: string;
}

/**
 * PostObject, the upload of a browser's form. Upstream: policies and checksums are not checked, a
 * file without a file name is read as text, and `x-amz-…` fields are ignored.
 */
export function formUploads({ app, s3 }: Emulator): void {
  app.addHook('preHandler', async (request, reply) => {
    const s3Request = s3RequestOf(request);
    if (s3Request === undefined) return;
    const { method, bucket, key: path, query, headers } = s3Request;
    if (method !== 'POST' || path !== '' || 'delete' in query || !isForm(headers)) return;
    const { fields, file, filename } = await parseForm(s3Request);
    // "All variables within the form are expanded before the POST policy is validated."
    for (const [name, value] of fields)
      fields.set(
        name,
        value.replaceAll('${filename}', () => filename),
      );
    const policy = fields.get('policy');
    if (policy !== undefined) checkPostPolicy(policy, fields, bucket, file.length);
    await verify(file, Object.fromEntries(fields));
    const key = fields.get('key') ?? '';
    if (key === '') throw invalidArgument("Bucket POST must contain a field named 'key'.");
    // Storage class and encryption are read from the request's headers, as of any upload.
    for (const name of ATTRIBUTES) headers[name] = fields.get(name);
    const object = s3.putObject(
      bucket,
      key,
      file,
      fields.get('content-type') ?? 'binary/octet-stream',
      metadata(fields),
      systemMetadata(fields),
      {
        algorithm: 'CRC32',
        value: await CRC32.digest(file),
        type: 'FULL_OBJECT',
      },
    );
    sendStored(reply, s3Request, fields, object);
    return reply;
  });
}

/** The fields before the file, and the file; S3 ignores fields after it. */
function parseForm({ headers, body }: S3Request): Promise<Form> {
  return new Promise((resolve, reject) => {
    const malformed = () => {
      reject(
        invalidRequest(
          'The body of your POST request is not well-formed multipart/form-data.',
          'MalformedPOSTRequest',
        ),
      );
    };
    const fields = new Map<string, string>();
    let fieldBytes = 0;
    const chunks: Buffer[] = [];
    let filename: string | undefined;
    let parser: BusboyInstance;
    try {
      parser = new Busboy({
        headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
        isPartAFile: (name) => name?.toLowerCase() === 'file',
      });
    } catch {
      return malformed();
    }
    parser.on('field', (name: string | undefined, value) => {
      if (name === undefined) return malformed();
      if (filename !== undefined) return;
      fields.set(name.toLowerCase(), value);
      fieldBytes += Buffer.byteLength(name + value);
    });
    parser.on('file', (_name, stream, name: string | undefined) => {
      if (filename !== undefined) return void stream.resume();
      filename = name ?? '';
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', malformed);
    });
    parser.on('error', malformed);
    parser.on('finish', () => {
      if (filename === undefined)
        reject(invalidArgument('POST requires exactly one file upload per request.'));
      else if (fieldBytes > MAX_FIELD_BYTES)
        reject(
          invalidRequest(
            'Your POST request fields preceding the upload file were too large.',
            'MaxPostPreDataLengthExceeded',
          ),
        );
      else resolve({ fields, file: Buffer.concat(chunks), filename });
    });
    parser.end(body);
  });
}

const META = 'x-amz-meta-';

const ATTRIBUTES = [
  'x-amz-storage-class',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-customer-key',
  'x-amz-server-side-encryption-customer-key-md5',
];

function metadata(fields: ReadonlyMap<string, string>): Record<string, string> {
  const own = [...fields].filter(([name]) => name.startsWith(META));
  return Object.fromEntries(
    own.map(([field, value]) => {
      const name = field.slice(META.length);
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
        throw invalidArgument(`${field} is not a header name.`);
      return [name, value];
    }),
  );
}

function systemMetadata(fields: ReadonlyMap<string, string>): object {
  return {
    cacheControl: fields.get('cache-control'),
    contentDisposition: fields.get('content-disposition'),
    contentEncoding: fields.get('content-encoding'),
    contentLanguage: fields.get('content-language'),
  };
}

/** `success_action_redirect` wins; an unknown `success_action_status` is 204. */
function sendStored(
  reply: FastifyReply,
  { bucket, headers }: S3Request,
  fields: ReadonlyMap<string, string>,
  object: StoredObject,
): void {
  const { key, etag } = object;
  const location = `http://${headers.host ?? ''}/${bucket}/${encodeURIComponent(key)}`;
  reply.headers({ etag, location });
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  if (URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) {
      target.searchParams.set(name, value);
    }
    reply.code(303).header('location', target.href).send();
    return;
  }
  const status = fields.get('success_action_status');
  if (status === '201') {
    reply.code(201);
    sendXml(
      reply,
      [
        `<PostResponse><Location>${escapeXml(location)}</Location><Bucket>${bucket}</Bucket>`,
        `<Key>${escapeXml(key)}</Key><ETag>${escapeXml(etag)}</ETag></PostResponse>`,
      ].join(''),
    );
    return;
  }
  reply.code(status === '200' ? 200 : 204).send();
}

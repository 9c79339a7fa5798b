import type { FastifyReply } from 'fastify';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { parseCors } from '../http/cors.ts';
import { noSuchBucket } from './errors.ts';
import { acceptNotifications } from './notifications.ts';
import { beforeS3, sendXml, type S3Request } from './requests.ts';
import { parseVersioning } from './versioning.ts';
import { parseXml, S3_NAMESPACE } from './xml.ts';

interface Kind {
  /** Root element of the document; `undefined` for the policy, which is JSON. */
  readonly root: string | undefined;
  /** Answer of a GET if no document is set: an empty document, or a 404 with this code. */
  readonly absent: { readonly document: string } | { readonly code: string };
}

function empty(root: string): Kind {
  return { root, absent: { document: `<${root} ${S3_NAMESPACE}/>` } };
}

function missing(root: string | undefined, code: string): Kind {
  return { root, absent: { code } };
}

/** By the name of the sub-resource, as in `?cors`. */
const KINDS = {
  cors: missing('CORSConfiguration', 'NoSuchCORSConfiguration'),
  encryption: missing(
    'ServerSideEncryptionConfiguration',
    'ServerSideEncryptionConfigurationNotFoundError',
  ),
  lifecycle: missing('LifecycleConfiguration', 'NoSuchLifecycleConfiguration'),
  notification: empty('NotificationConfiguration'),
  ownershipControls: missing('OwnershipControls', 'OwnershipControlsNotFoundError'),
  policy: missing(undefined, 'NoSuchBucketPolicy'),
  publicAccessBlock: missing(
    'PublicAccessBlockConfiguration',
    'NoSuchPublicAccessBlockConfiguration',
  ),
  tagging: missing('Tagging', 'NoSuchTagSet'),
  versioning: empty('VersioningConfiguration'),
};

type Name = keyof typeof KINDS;

export const BUCKET_CONFIGURATIONS = Object.keys(KINDS) as readonly Name[];

/**
 * Upstream: a PUT is 200 and stores nothing, and a GET answers a listing. Here the documents are
 * stored. Only notification, CORS and versioning configurations have an effect.
 */
export function bucketConfiguration(emulator: Emulator): void {
  const { app, s3, configurations } = emulator;

  beforeS3(app, (request, reply) => {
    if (request.key !== '') return false;
    if (request.method === 'GET' && 'location' in request.query) {
      requireBucket(request);
      return sendXml(reply, `<LocationConstraint ${S3_NAMESPACE}/>`);
    }
    const name = BUCKET_CONFIGURATIONS.find((candidate) => candidate in request.query);
    if (name === undefined) return false;
    requireBucket(request);
    return answer(request, reply, name);
  });

  function requireBucket({ bucket }: S3Request): void {
    if (!s3.hasBucket(bucket)) throw noSuchBucket();
  }

  function answer(request: S3Request, reply: FastifyReply, name: Name): boolean {
    if (request.method === 'GET') return read(request.bucket, reply, name);
    if (request.method === 'PUT') {
      write(request, name);
      reply.code(name === 'policy' ? 204 : 200).send();
    } else {
      configurations.delete(request.bucket, name); // DELETE: `sub-resources.ts` refuses the others
      reply.code(204).send();
    }
    return true;
  }

  function read(bucket: string, reply: FastifyReply, name: Name): boolean {
    const document = configurations.get(bucket, name) ?? absent(name);
    if (name !== 'policy') return sendXml(reply, document);
    reply.type('application/json').send(document);
    return true;
  }

  function write({ bucket, body, headers }: S3Request, name: Name): void {
    if (name === 'notification') return acceptNotifications(emulator, bucket, body, headers);
    if (name === 'versioning') parseVersioning(body);
    if (name === 'cors') parseCors(body);
    configurations.set(bucket, name, name === 'policy' ? json(body) : xml(name, body));
  }

  const deleteBucket = s3.deleteBucket.bind(s3);
  s3.deleteBucket = (bucket) => {
    emulator.atomically(() => {
      deleteBucket(bucket);
      for (const name of BUCKET_CONFIGURATIONS) configurations.delete(bucket, name);
    });
  };
}

function absent(name: Name): string {
  const { absent: answer } = KINDS[name];
  if ('document' in answer) return answer.document;
  throw new S3Error(answer.code, `The bucket has no ${name} configuration.`, 404);
}

function json(body: Buffer): string {
  try {
    JSON.parse(body.toString('utf8'));
  } catch {
    throw new S3Error('MalformedPolicy', 'Policies must be valid JSON.', 400);
  }
  return body.toString('utf8');
}

/** Without its XML declaration, which the answer adds. */
function xml(name: Name, body: Buffer): string {
  const { root } = KINDS[name];
  if (root !== undefined) parseXml(body, root);
  return body.toString('utf8').replace(/^\s*<\?xml[^>]*\?>\s*/, '');
}

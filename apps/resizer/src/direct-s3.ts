import { finished, type Readable } from 'node:stream';
import { Crc32, Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';
import {
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  type HeadObjectCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { parseXML } from '@aws-sdk/xml-builder';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { extendedEncodeURIComponent, HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpHandlerOptions, RetryStrategyV2 } from '@smithy/types';

/** What sends the requests of an object store: the SDK's client, or `directS3`. */
export type S3Sender = Pick<S3Client, 'send'>;

/** A kind of request that an object store sends, and the part of its answer that it reads. */
interface Operation<Input> {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly query: (input: Input) => Readonly<Record<string, string | number | undefined>>;
  readonly headers: (input: Input) => Readonly<Record<string, string | undefined>>;
  /** @returns undefined if the answer does not look like a success */
  readonly output: (response: HttpResponse, client: S3Client) => Promise<object | undefined>;
}

const operation = <Input>(given: Operation<Input>): Operation<Input> => given;

const getObject = operation<GetObjectCommandInput>({
  method: 'GET',
  query: () => ({ 'x-id': 'GetObject' }),
  headers: (input) => ({ 'x-amz-checksum-mode': input.ChecksumMode, 'if-match': input.IfMatch }),
  output: (response, client) => {
    const found = headOf(response);
    const body = response.body as Readable;
    const transformToByteArray = async () => {
      const bytes = await readAll(body, found.ContentLength);
      await verify(bytes, response, client);
      return bytes;
    };
    return Promise.resolve({ ...found, Body: Object.assign(body, { transformToByteArray }) });
  },
});

const headObject = operation<HeadObjectCommandInput>({
  method: 'HEAD',
  query: () => ({}),
  headers: (input) => ({ 'x-amz-checksum-mode': input.ChecksumMode }),
  output: async (response) => ((await isEmpty(response)) ? headOf(response) : undefined),
});

const putObject = operation<PutObjectCommandInput>({
  method: 'PUT',
  query: () => ({ 'x-id': 'PutObject' }),
  headers: (input) => {
    const metadata = Object.entries(input.Metadata ?? {});
    return {
      'content-type': input.ContentType,
      'cache-control': input.CacheControl,
      'if-match': input.IfMatch,
      'if-none-match': input.IfNoneMatch,
      ...Object.fromEntries(metadata.map(([name, value]) => [META + name, value])),
    };
  },
  output: async (response) =>
    (await isEmpty(response)) ? { ETag: response.headers['etag'] } : undefined,
});

const deleteObject = operation<DeleteObjectCommandInput>({
  method: 'DELETE',
  query: () => ({ 'x-id': 'DeleteObject' }),
  headers: (input) => ({ 'if-match': input.IfMatch }),
  output: async (response) => ((await isEmpty(response)) ? {} : undefined),
});

const listObjects = operation<ListObjectsV2CommandInput>({
  method: 'GET',
  query: (input) => ({
    'list-type': 2,
    prefix: input.Prefix,
    delimiter: input.Delimiter,
    'encoding-type': input.EncodingType,
    'max-keys': input.MaxKeys,
    'continuation-token': input.ContinuationToken,
  }),
  headers: () => ({}),
  output: async (response) => {
    const bytes = await readBody(response);
    const { ListBucketResult: result } = parseXML(bytes.toString()) as Listing;
    if (result === undefined) return undefined;
    const { Contents = [], NextContinuationToken } = result;
    // One element is no list.
    const entries = [Contents].flat();
    return {
      Contents: entries.map((entry) => ({ ...entry, Size: Number(entry.Size) })),
      NextContinuationToken,
    };
  },
});

/** An answer to LIST as the SDK's parser gives it. */
interface Listing {
  readonly ListBucketResult?: {
    readonly Contents?: Entry | Entry[];
    readonly NextContinuationToken?: string;
  };
}

type Entry = Readonly<Record<'Key' | 'ETag' | 'Size', string>>;

const OPERATIONS = new Map<unknown, Operation<never>>([
  [GetObjectCommand, getObject],
  [HeadObjectCommand, headObject],
  [PutObjectCommand, putObject],
  [DeleteObjectCommand, deleteObject],
  [ListObjectsV2Command, listObjects],
]);

type Command = Parameters<S3Client['send']>[0];

/** What the inputs of the operations have in common. */
interface Input {
  readonly Bucket: string;
  readonly Key?: string;
  readonly Body?: Uint8Array;
}

/** An endpoint of a bucket, and how requests to it are signed, as the SDK's rules say. */
interface SchemedEndpoint {
  readonly url: URL;
  readonly properties: {
    readonly authSchemes: readonly [{ readonly name: string; readonly signingRegion: string }];
  };
}

interface Endpoint {
  readonly url: URL;
  readonly signingRegion: string;
}

/**
 * Sends the requests of an object store without the middleware of the SDK, which takes three quarters of their CPU time.
 * Endpoints, credentials, signatures, connections, time limits and checksums are the SDK's. If the first answer is not a
 * success, the client takes over with that answer: errors and retries are the SDK's, too.
 */
export function directS3(client: S3Client): S3Sender {
  const { config } = client;
  const signer = new SignatureV4({
    service: 's3',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
    uriEscapePath: false,
  });

  let userAgent: Promise<string> | undefined;

  /**
   * @returns undefined if its requests are signed in another way, as those of directory buckets and multi-Region access points
   */
  async function endpointOf(bucket: string): Promise<Endpoint | undefined> {
    const input = { Bucket: bucket };
    const found: unknown = await getEndpointFromInstructions(
      input,
      HeadObjectCommand,
      config as never,
    );
    const { url, properties } = found as SchemedEndpoint;
    const [{ name, signingRegion }] = properties.authSchemes;
    return name === 'sigv4' ? { url, signingRegion } : undefined;
  }

  async function firstAnswer(
    { method, query, headers }: Operation<unknown>,
    input: Input,
    { url, signingRegion }: Endpoint,
    options: HttpHandlerOptions,
  ): Promise<HttpResponse> {
    const key = (input.Key ?? '').split('/').map(extendedEncodeURIComponent).join('/');
    const { Body: body } = input;
    const request = new HttpRequest({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path: `${url.pathname.replace(/\/$/, '')}/${key}`,
      query: given(query(input)),
      headers: given({
        host: url.host,
        'user-agent': await (userAgent ??= userAgentOf(client)),
        ...headers(input),
        ...(body && {
          'content-length': String(body.byteLength),
          'x-amz-sdk-checksum-algorithm': 'CRC32',
          'x-amz-checksum-crc32': await digest(new Crc32(), body),
        }),
      }),
      body,
    });
    const signed = await signer.sign(request, {
      signingDate: new Date(Date.now() + config.systemClockOffset),
      signingRegion,
    });
    const answer = (await config.requestHandler.handle(signed as HttpRequest, options)) as {
      response: HttpResponse;
    };
    return answer.response;
  }

  async function send(command: Command, options: HttpHandlerOptions = {}): Promise<object> {
    const operation = OPERATIONS.get(command.constructor) as Operation<unknown> | undefined;
    if (!operation) return client.send(command, options);
    const input = command.input as Input;
    // The client throws what is wrong with an endpoint.
    const endpoint = await endpointOf(input.Bucket).catch(() => undefined);
    if (!endpoint) return client.send(command, options);
    const strategy = (await config.retryStrategy()) as RetryStrategyV2;
    const token = await strategy.acquireInitialRetryToken('');
    let first: (() => HttpResponse) | undefined;
    try {
      const response = await firstAnswer(operation, input, endpoint, options);
      const output =
        response.statusCode < 300 ? await operation.output(response, client) : undefined;
      if (output) {
        strategy.recordSuccess(token);
        return output;
      }
      first = () => response;
    } catch (error) {
      first = () => {
        throw error;
      };
    }
    // Instead of the first attempt of the client.
    command.middlewareStack.add(
      (next) => async (args) => {
        const answer = first;
        first = undefined;
        return answer ? { response: answer() } : next(args);
      },
      { step: 'deserialize', priority: 'low', name: 'firstAnswer' },
    );
    return client.send(command, options);
  }
  return { send: send as S3Client['send'] };
}

/** The SDK's: it names the environment of the function in the logs of S3. */
async function userAgentOf({ config }: S3Client): Promise<string> {
  const parts = await config.defaultUserAgentProvider();
  return parts
    .map(([name, version]) =>
      version ? `${name}${name.includes('/') ? '#' : '/'}${version}` : name,
    )
    .join(' ');
}

const META = 'x-amz-meta-';

function headOf({ headers }: HttpResponse) {
  const length = headers['content-length'];
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(META));
  return {
    ETag: headers['etag'],
    VersionId: headers['x-amz-version-id'],
    ContentLength: length === undefined ? undefined : Number(length),
    ContentEncoding: headers['content-encoding'],
    ChecksumSHA256: headers['x-amz-checksum-sha256'],
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(META.length), value])),
  };
}

function given<T>(values: Readonly<Record<string, T | undefined>>): Record<string, string> {
  const found = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found.map(([name, value]) => [name, String(value)]));
}

/** @param length if it is known, the bytes go into one buffer as they arrive: pieces of a large body would be garbage */
function readAll(body: Readable, length?: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const whole = length === undefined ? undefined : Buffer.allocUnsafeSlow(length);
    let at = 0;
    // Also if the body has ended before, without an event for this listener.
    finished(body, (error) => (error ? reject(error) : resolve(whole ?? Buffer.concat(pieces))));
    body.on('data', (piece: Buffer) => {
      if (whole) at += piece.copy(whole, at);
      else pieces.push(piece);
    });
  });
}

/** Keeps the bytes for the client, in case it takes over. */
async function readBody(response: HttpResponse): Promise<Buffer> {
  const bytes = await readAll(response.body as Readable);
  response.body = bytes;
  return bytes;
}

/** S3 may answer 200 and write an error into the body. */
async function isEmpty(response: HttpResponse): Promise<boolean> {
  return (await readBody(response)).byteLength === 0;
}

interface Checksum {
  update(bytes: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

async function digest(checksum: Checksum, bytes: Uint8Array): Promise<string> {
  checksum.update(bytes);
  return Buffer.from(await checksum.digest()).toString('base64');
}

/** @throws Error if the bytes do not have the checksum that S3 has sent, of all checksums of an object the first */
async function verify(bytes: Uint8Array, { headers }: HttpResponse, { config }: S3Client) {
  const algorithms = Object.entries({
    sha256: config.sha256,
    sha1: config.sha1,
    crc32: Crc32,
    crc32c: Crc32c,
    crc64nvme: Crc64Nvme,
  });
  for (const [name, Algorithm] of algorithms) {
    const expected = headers[`x-amz-checksum-${name}`];
    // A hyphen stands before the number of parts: a checksum of checksums.
    if (expected === undefined || expected.includes('-')) continue;
    const actual = await digest(new Algorithm(), bytes);
    if (actual !== expected)
      throw new Error(`Checksum mismatch: expected "${expected}" but received "${actual}"`);
    return;
  }
}

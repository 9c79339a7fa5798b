import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';

export const DEFECT_NAMES = [
  'no confirmation',
  'no preconditions',
  'version of the event',
  'forgotten writes',
] as const;

export type DefectName = (typeof DEFECT_NAMES)[number];

/** Uploads with keys below this prefix and the defect's name are handled with the defect. */
export const DEFECT_PREFIX = 'uploads/planted/';

type Send = (command: unknown) => Promise<unknown>;

/** Changes the S3 requests of the handler as a handler with this defect would send them. */
export interface Defect {
  readonly send: (command: unknown, send: Send) => Promise<unknown>;
  /** Called at the start of an invocation for each event of the key. */
  readonly receive?: (key: string, eTag: string | undefined) => void;
}

const isSource = (bucket: string | undefined) => bucket === process.env['DARKROOM_SOURCE_BUCKET'];

/** Leaves out step 5 of docs/reconcile.md: the source counts as unchanged. */
export function noConfirmation(): Defect {
  const read = new Map<string | undefined, string | undefined>();
  return {
    async send(command, send) {
      if (command instanceof HeadObjectCommand && isSource(command.input.Bucket))
        return { ETag: read.get(command.input.Key) };
      const output = await send(command);
      if (command instanceof GetObjectCommand && isSource(command.input.Bucket))
        read.set(command.input.Key, (output as GetObjectCommandOutput).ETag);
      return output;
    },
  };
}

/** Writes and deletes without preconditions. */
export function noPreconditions(): Defect {
  return {
    send(command, send) {
      if (command instanceof PutObjectCommand || command instanceof DeleteObjectCommand) {
        delete command.input.IfMatch;
        if (command instanceof PutObjectCommand) delete command.input.IfNoneMatch;
      }
      return send(command);
    },
  };
}

/** Processes the version that the event names, not the current one. */
export function versionOfTheEvent(): Defect {
  const named = new Map<string | undefined, string | undefined>();
  const versions = new Map<string, { head: GetObjectCommandOutput; body: Uint8Array }>();
  return {
    receive: (key, eTag) => named.set(key, eTag),
    async send(command, send) {
      const isGet = command instanceof GetObjectCommand;
      if (!(isGet || command instanceof HeadObjectCommand) || !isSource(command.input.Bucket))
        return send(command);
      const version = versions.get(`"${named.get(command.input.Key)}"`);
      if (version) return isGet ? answerOf(version.head, version.body) : version.head;
      if (!isGet) return send(command);
      const head = (await send(command)) as GetObjectCommandOutput;
      const body = (await head.Body?.transformToByteArray()) ?? new Uint8Array();
      versions.set(head.ETag ?? '', { head, body });
      return answerOf(head, body);
    },
  };
}

function answerOf(head: GetObjectCommandOutput, body: Uint8Array) {
  return { ...head, Body: { transformToByteArray: () => Promise.resolve(body) } };
}

/** Sends outputs only when the frozen runtime runs again for the next invocation. */
export function forgottenWrites(): Defect {
  const forgotten: (() => Promise<unknown>)[] = [];
  return {
    receive() {
      for (const write of forgotten.splice(0)) void write();
    },
    send(command, send) {
      if (!(command instanceof PutObjectCommand) || command.input.Key?.endsWith('/manifest.json'))
        return send(command);
      forgotten.push(() => send(command));
      const body = command.input.Body as Uint8Array;
      const eTag = createHash('md5').update(body).digest('hex');
      return Promise.resolve({ ETag: `"${eTag}"` });
    },
  };
}

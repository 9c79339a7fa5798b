/** Wraps the real handler in the bundle of bundle-handler.ts, to show that the checks find each defect. */
import { S3Client } from '@aws-sdk/client-s3';
import {
  forgottenWrites,
  noConfirmation,
  noPreconditions,
  versionOfTheEvent,
  DEFECT_PREFIX,
  type Defect,
  type DefectName,
} from './defects.ts';

/** The part of an SQS event that the wrapper reads. */
interface Event {
  readonly Records: readonly { readonly body: string }[];
}
type Handler = (event: Event, context: unknown) => Promise<unknown>;

const DEFECTS: Readonly<Record<DefectName, Defect>> = {
  'no confirmation': noConfirmation(),
  'no preconditions': noPreconditions(),
  'version of the event': versionOfTheEvent(),
  'forgotten writes': forgottenWrites(),
};

/** Adds each defect for the keys below its prefix. All other keys are handled without a defect. */
export function withDefects(handler: Handler): Handler {
  interceptS3();
  return (event, context) => {
    for (const { key, eTag } of event.Records.flatMap(({ body }) => changesOf(body)))
      defectOf(key)?.receive?.(key, eTag);
    return handler(event, context);
  };
}

function interceptS3(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the client that it belongs to
  const original = S3Client.prototype.send as (
    this: S3Client,
    command: unknown,
  ) => Promise<unknown>;
  S3Client.prototype.send = function (this: S3Client, command: { input: object }) {
    const send = (changed: unknown) => original.call(this, changed);
    const key = 'Key' in command.input ? String(command.input.Key) : '';
    return defectOf(key)?.send(command, send) ?? send(command);
  } as S3Client['send'];
}

function defectOf(key: string): Defect | undefined {
  const name = Object.keys(DEFECTS).find((defect) => key.startsWith(DEFECT_PREFIX + defect));
  return name === undefined ? undefined : DEFECTS[name as DefectName];
}

/** Keys and ETags of an S3 notification; empty for other messages. */
function changesOf(body: string): readonly { key: string; eTag?: string }[] {
  try {
    const { Records } = JSON.parse(body) as {
      Records: { s3: { object: { key: string; eTag?: string } } }[];
    };
    return Records.map(({ s3: { object } }) => ({
      ...object,
      key: decodeURIComponent(object.key.replaceAll('+', ' ')),
    }));
  } catch {
    return [];
  }
}

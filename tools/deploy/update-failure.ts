import { readFile } from 'node:fs/promises';
import type { DeployErrorCode } from './deploy-error.ts';

/** Why an update stopped, for the person who deploys. */
export interface UpdateFailure {
  readonly code: DeployErrorCode;
  /** What to do before the next `npm run deploy`. */
  readonly remedy: string;
}

/** Error texts of AWS and of Pulumi's engine, with the cause and the remedy. The first match wins. */
const FAILURES: readonly (UpdateFailure & { readonly text: RegExp })[] = [
  {
    text: /the stack is currently locked/,
    code: 'LOCKED',
    remedy:
      'Another update of the stack runs, or the last one was killed. If none runs, remove the lock with `npx pulumi cancel`.',
  },
  {
    text: /ExpiredToken|RequestExpired|token (?:included in the request )?is expired|SSO session.*expired|InvalidClientTokenId|no (?:valid|EC2 IMDS role) credential/i,
    code: 'CREDENTIALS',
    remedy: 'The AWS session has expired: log in again, for example with `aws sso login`.',
  },
  {
    text: /AccessDenied|UnauthorizedOperation|is not authorized to perform/,
    code: 'PERMISSION',
    remedy:
      'The credentials lack the permission that the message above names: add it to the role of the deployment (docs/deploy.md, "From CI").',
  },
  {
    text: /'?MemorySize'? value failed/,
    code: 'QUOTA',
    remedy:
      'New accounts allow functions of at most 3,008 MB: lower `function.memory`, or ask AWS Support for more.',
  },
  {
    text: /passphrase must be set|incorrect passphrase/,
    code: 'PASSPHRASE',
    remedy:
      'Outside of Pulumi Cloud, a passphrase or a key encrypts the secrets of the state: set PULUMI_CONFIG_PASSPHRASE, or create the stack with a KMS key (docs/deploy.md, "State of your own").',
  },
  {
    // TooManyRequests is throttling.
    text: /(?:Limit|Quota|CodeStorage)Exceeded|TooMany(?!Requests)[A-Z]|UnreservedConcurrentExecution below/,
    code: 'QUOTA',
    remedy:
      'A quota of the account is used up: docs/deploy.md, "Quotas". Ask for more in Service Quotas, or lower the setting.',
  },
  {
    text: /BucketAlreadyExists|BucketAlreadyOwnedByYou/,
    code: 'NAME_TAKEN',
    remedy: 'Another account has a bucket of this name. Pulumi generates a new name next time.',
  },
  {
    text: /aws:s3\/getBucket\w*:getBucket\w* returned an error/,
    code: 'STACK_FILE',
    remedy:
      'Pulumi cannot read the bucket of `source.bucket`: it must exist in the account and the region of the stack.',
  },
];

/** @param messages errors of the update */
export function updateFailure(messages: readonly string[]): UpdateFailure | undefined {
  return FAILURES.find(({ text }) => messages.some((message) => text.test(message)));
}

/** @returns errors in an event log of the CLI; nothing if the CLI wrote none */
export async function errorsIn(eventLog: string): Promise<string[]> {
  const lines = await readFile(eventLog, 'utf8').then(
    (content) => content.split('\n'),
    () => [],
  );
  return lines.flatMap((line) => {
    if (!line.includes('"diagnosticEvent"')) return [];
    const { diagnosticEvent } = JSON.parse(line) as {
      diagnosticEvent?: { severity: string; message: string };
    };
    return diagnosticEvent?.severity === 'error' ? [diagnosticEvent.message] : [];
  });
}

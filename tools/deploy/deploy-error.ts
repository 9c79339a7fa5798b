export type DeployErrorCode =
  | 'ARGUMENTS'
  | 'NODE_TOO_OLD'
  | 'STACK_FILE'
  | 'PULUMI_MISSING'
  | 'PULUMI_LOGIN'
  | 'PASSPHRASE'
  | 'CREDENTIALS'
  | 'NO_CONNECTION'
  | 'QUOTA'
  | 'PERMISSION'
  | 'NAME_TAKEN'
  | 'LOCKED'
  | 'INTERRUPTED'
  | 'RECEIVERS'
  | 'BUILD_FAILED'
  | 'PULUMI_FAILED'
  | 'NOT_CONFIRMED'
  | 'SMOKE_TEST';

/** Something that the person who deploys has to see to: the message says what. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
  readonly code: DeployErrorCode;

  constructor(code: DeployErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** @returns the message of whatever was thrown */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * @returns the messages of what the person who deploys has to see to
 * @throws any other error: it is a defect
 */
export function messagesOf(thrown: unknown): string[] {
  const problems: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown];
  return problems.map((problem) => {
    if (!(problem instanceof DeployError)) throw thrown;
    return problem.message;
  });
}

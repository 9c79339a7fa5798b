/**
 * What went wrong, for programs; the message is for people and names the resource.
 *
 * - `STACK_UNKNOWN`: the stack file does not exist.
 * - `CONFIG_INVALID`: `Pulumi.yaml` or the stack file is missing, broken, or contains an unsupported value.
 * - `STATE_INVALID`: the saved state cannot be read.
 * - `PROGRAM_FAILED`: the program threw, left a rejection unhandled, or ended too early.
 * - `TYPE_UNKNOWN`: the program asks for a resource type or a function that no handler covers.
 * - `INPUT_INVALID`: a resource's inputs are unknown, missing or wrong.
 * - `URN_DUPLICATE`: two resources have the same URN.
 * - `ID_DUPLICATE`: two resources of the program manage the same thing.
 * - `RESOURCE_FAILED`: a handler could not create, read, update or delete; `cause` is its error.
 * - `PROTECTED`: the program asks to delete or replace a resource that is protected.
 * - `UNSUPPORTED`: a resource option or engine call that Pulumi has and this engine does not.
 * - `REFUSED`: not attempted, because the deployment had failed before.
 */
export type DeploymentErrorCode =
  | 'STACK_UNKNOWN'
  | 'CONFIG_INVALID'
  | 'STATE_INVALID'
  | 'PROGRAM_FAILED'
  | 'TYPE_UNKNOWN'
  | 'INPUT_INVALID'
  | 'URN_DUPLICATE'
  | 'ID_DUPLICATE'
  | 'RESOURCE_FAILED'
  | 'PROTECTED'
  | 'UNSUPPORTED'
  | 'REFUSED';

export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code: DeploymentErrorCode;

  constructor(code: DeploymentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The text of whatever was thrown, without its class name. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

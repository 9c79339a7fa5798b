/** An error of the function or its process, in the shape that Lambda gives callers. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What became of one invocation. Only a broken promise of ours throws instead. */
export type InvocationResult =
  | { readonly status: 'succeeded'; readonly requestId: string; readonly payload: string }
  | { readonly status: 'failed'; readonly requestId: string; readonly error: FunctionError }
  /** The service was stopped first: the function did not finish, and is dead. */
  | { readonly status: 'stopped'; readonly requestId: string };

/**
 * Largest request and largest response of a synchronous invocation, bytes
 * (AWS page "Lambda quotas": 6 MB).
 */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/**
 * What becomes of a message:
 * - `reject`: the upload's manifest says why not; acknowledged
 * - `reject-and-dead-letter`: the same, and an operator has to look
 * - `dead-letter`: an operator has to look, there is nothing to say to an uploader
 * - `acknowledge`: nothing to do; counted
 * - `retry`: a batch item failure; the dead-letter queue after `maxReceiveCount`
 */
export type Verdict = 'reject' | 'reject-and-dead-letter' | 'dead-letter' | 'acknowledge' | 'retry';

interface CodeFacts {
  readonly verdict: Verdict;
  /** Of a rejection: the same upload may succeed after an operator's fix, so it never counts as up to date. */
  readonly retryable?: true;
}

/** The table of codes. docs/contract.md, "Codes", explains each. */
export const CODES = {
  UNSUPPORTED_FORMAT: { verdict: 'reject' },
  CORRUPT_IMAGE: { verdict: 'reject' },
  TOO_LARGE: { verdict: 'reject' },
  NOT_APPLICABLE: { verdict: 'reject' },
  SOURCE_UNREADABLE: { verdict: 'reject', retryable: true },
  TRANSFORM_FAILED: { verdict: 'reject-and-dead-letter', retryable: true },
  INVALID_MESSAGE: { verdict: 'dead-letter' },
  NO_RECIPE: { verdict: 'acknowledge' },
  SOURCE_MISSING: { verdict: 'acknowledge' },
  UP_TO_DATE: { verdict: 'acknowledge' },
  CONFLICT: { verdict: 'retry' },
  THROTTLED: { verdict: 'retry' },
  STORAGE_UNAVAILABLE: { verdict: 'retry' },
  TIMEOUT: { verdict: 'retry' },
  INTERNAL: { verdict: 'retry' },
  GAVE_UP: { verdict: 'reject', retryable: true },
} as const satisfies Record<string, CodeFacts>;

export type Code = keyof typeof CODES;

type CodeWith<V extends Verdict> = {
  [C in Code]: (typeof CODES)[C]['verdict'] extends V ? C : never;
}[Code];

/** Codes that end in a manifest with `status: "rejected"`. */
export type RejectionCode = CodeWith<'reject' | 'reject-and-dead-letter'>;
/** Codes of work that was not needed. */
export type AcknowledgedCode = CodeWith<'acknowledge'>;

export function verdictOf(code: Code): Verdict {
  return CODES[code].verdict;
}

export function isRetryable(code: RejectionCode): boolean {
  return 'retryable' in CODES[code];
}

export function isRejection(code: Code): code is RejectionCode {
  const verdict = verdictOf(code);
  return verdict === 'reject' || verdict === 'reject-and-dead-letter';
}

/** Every error that leaves the pipeline. Match by `code`: a bundle may hold this class twice. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: Code;
  /** Of a rejection: the same upload may succeed after an operator's fix. Default: as the code says. */
  readonly retryable: boolean;

  constructor(
    code: Code,
    message: string,
    { retryable, ...options }: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryable = retryable ?? (isRejection(code) && isRetryable(code));
  }
}

function isCode(value: unknown): value is Code {
  return typeof value === 'string' && Object.hasOwn(CODES, value);
}

/**
 * Maps any error to one with a code of the contract: the errors of `@darkroom/events`, `@darkroom/transforms` and the
 * stores carry such a code already; everything else is a defect of ours, `INTERNAL`.
 */
export function toPipelineError(error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code =
    typeof error === 'object' && error !== null && 'code' in error && isCode(error.code)
      ? error.code
      : 'INTERNAL';
  return new PipelineError(code, message, { cause: error });
}

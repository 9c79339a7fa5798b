/** `KEY/outcome.json`, the public outcome of an upload (docs/contract.md, "Outcome file"). */
export type Outcome = DoneOutcome | RejectedOutcome;

interface OutcomeHead {
  version: 1;
  /** Of the upload whose outcome this is. `eTag` has no quotes. */
  upload: { eTag: string; versionId: string | null };
}

export interface DoneOutcome extends OutcomeHead {
  status: 'done';
  /** Displayed size of the upload after its crop, pixels. */
  width?: number | undefined;
  height?: number | undefined;
  /** Alternative text that the upload came with. */
  alt?: string | undefined;
  /** In the order of the recipe. */
  variants: OutcomeVariant[];
  /** Variants that cannot be made of this upload. */
  skipped?: { name: string; code: 'TOO_LARGE' | 'NOT_APPLICABLE' }[] | undefined;
  placeholder?: Placeholder | undefined;
}

export interface RejectedOutcome extends OutcomeHead {
  status: 'rejected';
  code: RejectionCode;
  /** The same upload may succeed later. */
  retryable: boolean;
}

export interface OutcomeVariant {
  name: string;
  /** Name of the file, in the folder of the outcome file. */
  file: string;
  /** Media type, such as `image/webp`. */
  contentType: string;
  /** Pixels. */
  width: number;
  height: number;
  bytes: number;
  /** Of a document. */
  pages?: number | undefined;
  /** Name of an earlier variant whose file has the same bytes. */
  sameAs?: string | undefined;
  /** Without quotes. */
  eTag: string;
}

export interface Placeholder {
  /** Base64. */
  thumbhash?: string | undefined;
  blurhash?: string | undefined;
  /** `#rrggbb`. */
  dominantColour?: string | undefined;
}

export type RejectionCode =
  | 'UNSUPPORTED_FORMAT'
  | 'CORRUPT_IMAGE'
  | 'TOO_LARGE'
  | 'NOT_APPLICABLE'
  | 'SOURCE_UNREADABLE'
  | 'TRANSFORM_FAILED'
  | 'GAVE_UP';

export type ClientErrorCode =
  /** The file, or the form's limit: too many bytes. */
  | 'TOO_LARGE'
  /** The recipe does not accept the file's type. */
  | 'UNSUPPORTED_FORMAT'
  /** The form has expired: ask the server for another one. */
  | 'EXPIRED'
  /** The bytes that arrived are not those whose checksum the form has. */
  | 'DAMAGED'
  /** S3 refused the upload, or the outcome is not public. */
  | 'REFUSED'
  /** No answer: no connection, or no CORS permission. */
  | 'NETWORK'
  /** No outcome within the time. */
  | 'TIMEOUT'
  | 'ABORTED';

/** An upload or a poll that failed. `message` is for developers, `explain(code)` for users. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const RETRY = 'Please try again later.';
const WORDS: Record<RejectionCode | ClientErrorCode, string> = {
  UNSUPPORTED_FORMAT: 'This kind of file cannot be used. Please choose a picture.',
  CORRUPT_IMAGE: 'This file is damaged or incomplete. Please choose another one.',
  TOO_LARGE: 'This picture is too large. Please choose a smaller one.',
  NOT_APPLICABLE: 'This picture cannot be used here. Please choose another one.',
  SOURCE_UNREADABLE: `This picture cannot be read at the moment. ${RETRY}`,
  TRANSFORM_FAILED: `This picture could not be processed. ${RETRY}`,
  GAVE_UP: `This picture could not be processed. ${RETRY}`,
  EXPIRED: 'The upload took too long to start. Please try again.',
  DAMAGED: 'The picture was damaged on its way. Please try again.',
  REFUSED: 'This upload is not allowed.',
  NETWORK: 'The connection failed. Please check it and try again.',
  TIMEOUT: 'The picture is still being processed. Please look again later.',
  ABORTED: 'The upload was cancelled.',
};

/** A sentence for users, in English. */
export function explain(code: RejectionCode | ClientErrorCode): string {
  return WORDS[code];
}

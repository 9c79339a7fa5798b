/** S3 did not do what was asked. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  /** S3's own code, or `UNREACHABLE` without a response. */
  readonly code: string;
  /** HTTP status; 0 without a response. */
  readonly status: number;

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

export function unreachable(endpoint: string, cause?: unknown): S3Error {
  return new S3Error(
    'UNREACHABLE',
    0,
    `The S3 endpoint ${endpoint} does not answer. Is "npm start" still running in its terminal?`,
    { cause },
  );
}

/** The error of an S3 response: XML with a code and a message, if the response has a body. */
export function fromAnswer(status: number, body: string): S3Error {
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? `HTTP ${status}`;
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1];
  return new S3Error(code, status, `S3 refused: ${message ?? code} (${code})`);
}

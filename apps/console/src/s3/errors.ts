/** S3 did not do what was asked. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  /** S3's own code, or `UNREACHABLE` where nobody answered. */
  readonly code: string;
  /** HTTP status; 0 where nobody answered. */
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

/** The error that S3's answer tells of: XML with a code and a message, where there is a body at all. */
export function fromAnswer(status: number, body: string): S3Error {
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? `HTTP ${status}`;
  const message = /<Message>([^<]*)<\/Message>/.exec(body)?.[1];
  return new S3Error(code, status, `S3 refused: ${message ?? code} (${code})`);
}

/** An error as AWS would answer it: the name is AWS's code. */
export class AwsError extends Error {
  override readonly name: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
  }
}

/** What the call answers, or undefined when AWS says with one of these codes that there is no such thing. */
export async function unlessAbsent<Answer>(
  codes: readonly string[],
  call: Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && codes.includes(error.name)) return undefined;
    throw error;
  }
}

import { errorSchema } from './schemas.ts';

/** An answer that is not a success. */
export class ApiError extends Error {
  readonly code: string;
  readonly statusCode: number;

  constructor(statusCode: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** Schemas of the answers that are not a success. */
export const errors = { '4xx': errorSchema, '5xx': errorSchema };

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}

import { OperationError } from '../errors.ts';

/**
 * A limit guards against a storm by accident, so that it has a default everywhere and only an explicit `Infinity`
 * lifts it.
 *
 * @throws OperationError `INVALID_OPTION`
 */
export function checkLimit(limit: number): number {
  if (limit === Infinity || (Number.isInteger(limit) && limit > 0)) return limit;
  throw new OperationError(
    'INVALID_OPTION',
    `limit is a number of messages from 1, or Infinity; found ${limit}`,
  );
}

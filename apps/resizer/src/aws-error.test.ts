import { expect, test } from 'vitest';
import { awsError, isMissing, statusOf, whyUnreadable } from './aws-error.ts';

/** As the SDK throws it. */
function sdkError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error('as told'), { name, $metadata: { httpStatusCode } });
}

test.each([
  // Preconditions that do not hold, and `If-Match` on an object that is gone.
  [sdkError('PreconditionFailed', 412), 'CONFLICT'],
  [sdkError('ConditionalRequestConflict', 409), 'CONFLICT'],
  [sdkError('NoSuchKey', 404), 'CONFLICT'],
  [sdkError('NoSuchBucket', 404), 'STORAGE_UNAVAILABLE'],
  [sdkError('SlowDown', 503), 'THROTTLED'],
  [sdkError('ThrottlingException', 400), 'THROTTLED'],
  [sdkError('RequestThrottled', 403), 'THROTTLED'],
  [sdkError('Unknown', 429), 'THROTTLED'],
  [sdkError('TimeoutError'), 'TIMEOUT'],
  [sdkError('AbortError'), 'TIMEOUT'],
  [sdkError('RequestTimeout', 400), 'TIMEOUT'],
  [sdkError('ServiceUnavailable', 503), 'STORAGE_UNAVAILABLE'],
  [sdkError('InternalError', 500), 'STORAGE_UNAVAILABLE'],
  [sdkError('AccessDenied', 403), 'STORAGE_UNAVAILABLE'],
  [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'STORAGE_UNAVAILABLE'],
  ['a text', 'STORAGE_UNAVAILABLE'],
  [null, 'STORAGE_UNAVAILABLE'],
  [{ $metadata: null }, 'STORAGE_UNAVAILABLE'],
  [{ $metadata: 'a text' }, 'STORAGE_UNAVAILABLE'],
  [{ $metadata: { httpStatusCode: '412' } }, 'STORAGE_UNAVAILABLE'],
])('%o is %s', (error, code) => {
  expect(awsError(error, 'GET photos/a.jpg')).toMatchObject({ code, cause: error });
});

test('the message says which request it was, and what AWS said', () => {
  expect(awsError(sdkError('AccessDenied', 403), 'PUT photos/a.jpg').message).toBe(
    'PUT photos/a.jpg: AccessDenied: as told',
  );
});

test('an object is missing, or its bucket is', () => {
  expect(isMissing(sdkError('NoSuchKey', 404))).toBe(true);
  // An answer to HEAD has no body that could name more.
  expect(isMissing(sdkError('NotFound', 404))).toBe(true);
  expect(isMissing(sdkError('NoSuchBucket', 404))).toBe(false);
  expect(isMissing(sdkError('AccessDenied', 403))).toBe(false);
});

test('a status is a number', () => {
  expect(statusOf(sdkError('NoSuchKey', 404))).toBe(404);
  expect(statusOf({ $metadata: { httpStatusCode: '404' } })).toBeUndefined();
  expect(statusOf({ $metadata: {} })).toBeUndefined();
});

test('an object that its uploader has archived or encrypted says what to do', () => {
  const encrypted = (code: number) =>
    Object.assign(sdkError('InvalidRequest', code), {
      message: 'The object was stored using a form of Server Side Encryption.',
    });
  expect(whyUnreadable(sdkError('InvalidObjectState', 403))).toContain('restore it');
  expect(whyUnreadable(encrypted(400))).toContain('SSE-C');
  expect(whyUnreadable(encrypted(403))).toBeUndefined();
  expect(whyUnreadable(sdkError('InvalidRequest', 400))).toBeUndefined();
  expect(whyUnreadable({ $metadata: { httpStatusCode: 400 } })).toBeUndefined();
});

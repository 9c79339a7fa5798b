import { expect, test } from 'vitest';
import { countRequest, NO_REQUESTS, perUpload, requestsOf } from './counts.ts';

const seen = [
  { method: 'PUT', url: '/source/photo.jpg', sent: 900, received: 0 },
  { method: 'GET', url: '/processed?list-type=2&prefix=photo.jpg', sent: 0, received: 40 },
  { method: 'GET', url: '/source/photo.jpg', sent: 0, received: 900 },
  { method: 'HEAD', url: '/source/photo.jpg', sent: 0, received: 900 },
  { method: 'PUT', url: '/processed/photo.jpg/thumb.jpg', sent: 90, received: 0 },
  { method: 'POST', url: '/', sent: 5, received: 5 },
];

test('counts what a function sends to S3, and not the upload itself', () => {
  const counts = seen.reduce(countRequest, NO_REQUESTS);
  expect(counts).toEqual({
    LIST: 1,
    GET: 1,
    HEAD: 1,
    PUT: 1,
    DELETE: 0,
    bytesIn: 940,
    bytesOut: 90,
  });
  expect(requestsOf(counts)).toBe(4);
  expect(perUpload(counts, 2)).toMatchObject({ GET: 0.5, bytesIn: 470 });
});

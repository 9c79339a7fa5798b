import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';

import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { errorAnswers } from './error-answers.ts';

/** A server whose every request fails with this error, after an answer with a version began. */
function failingWith(error: Error) {
  const app = Fastify();
  errorAnswers({ app, maxBodyBytes: 1024 } as unknown as Emulator);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-amz-version-id', 'v1');
    done(error);
  });
  for (const url of ['/', '/:bucket', '/:bucket/*'])
    app.all(url, () => {
      throw new Error('not reached');
    });
  return app;
}

const sqlite = (errcode: unknown) => Object.assign(new Error('disk'), { errcode });
const fastify = (statusCode: number, code = '') =>
  Object.assign(new Error('details'), { statusCode, code });

describe('an error that fauxqs does not answer', () => {
  test.each<[string, Error, number, string]>([
    ['a full disk', sqlite(13), 507, 'InsufficientStorage'],
    ['a failed read of the disk', sqlite(10), 507, 'InsufficientStorage'],
    [
      'a write beyond the quota, an extended code',
      sqlite(10 | (3 << 8)),
      507,
      'InsufficientStorage',
    ],
    ['another error of SQLite', sqlite(1), 500, 'InternalError'],
    ['an unknown error', new Error('unknown'), 500, 'InternalError'],
    ['an error that is not a number', sqlite('13'), 500, 'InternalError'],
    ['a body that is too large', fastify(413, 'FST_ERR_CTP_BODY_TOO_LARGE'), 400, 'EntityTooLarge'],
    ['what Fastify rejects', fastify(414), 414, 'InvalidRequest'],
    ['what Fastify cannot do', fastify(500), 500, 'InternalError'],
    ['an error of S3', new S3Error('SlowDown', 'Reduce your rate.', 503), 503, 'SlowDown'],
  ])('is XML to clients of S3: %s', async (_what, error, status, code) => {
    const app = failingWith(error);
    for (const url of ['/photos', '/photos/a.jpg']) {
      const answer = await app.inject({ method: 'PUT', url });
      expect(answer.statusCode).toBe(status);
      expect(answer.headers['content-type']).toBe('application/xml');
      expect(answer.body).toContain(`<Code>${code}</Code>`);
      expect(answer.body.includes('Free disk space')).toBe(status === 507);
    }
    const head = await app.inject({ method: 'HEAD', url: '/photos/a.jpg' });
    expect([head.statusCode, head.body]).toEqual([status, '']);
  });

  test('names a version only if nothing is wrong with the server', async () => {
    const url = '/photos/a.jpg';
    const refused = await failingWith(fastify(412)).inject({ method: 'PUT', url });
    expect(refused.headers['x-amz-version-id']).toBe('v1');
    for (const error of [sqlite(13), new Error('unknown')]) {
      const failed = await failingWith(error).inject({ method: 'PUT', url });
      expect(failed.headers).not.toHaveProperty('x-amz-version-id');
    }
  });

  test.each<[string, Error, number, string]>([
    ['a full disk', sqlite(13), 507, 'InternalFailure'],
    ['an unknown error', new Error('unknown'), 500, 'InternalFailure'],
    ['text that is not JSON', new SyntaxError('nonsense'), 500, 'SerializationException'],
  ])('is JSON to clients of SQS: %s', async (_what, error, status, type) => {
    const answer = await failingWith(error).inject({ method: 'POST', url: '/' });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({
      __type: `com.amazon.coral.service#${type}`,
      message: expect.stringContaining(error.message),
    });
    expect(answer.body.includes('Free disk space')).toBe(status === 507);
  });

  test('is XML to a preflight, which only S3 has', async () => {
    const answer = await failingWith(fastify(403)).inject({ method: 'OPTIONS', url: '/' });
    expect(answer.headers['content-type']).toBe('application/xml');
  });
});

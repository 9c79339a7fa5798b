import type { Emulator } from '../emulator.ts';

/**
 * An object that a browser opens as a page runs no script, and its type is not guessed: all buckets of this machine
 * have one origin. S3 sends neither header, because its endpoint has no other pages. Pictures in pages are not
 * affected.
 */
export function sandbox({ app }: Emulator): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
    });
    done();
  });
}

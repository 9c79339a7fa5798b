import type { Emulator } from '../emulator.ts';
import { S3Error } from '../fauxqs.ts';
import { beforeS3 } from './requests.ts';

/** Bytes of UTF-8 (user guide, "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;

/** Upstream: keys of any length are stored. */
export function keyLength({ app, s3 }: Emulator): void {
  beforeS3(app, ({ key }) => {
    check(key);
    return false;
  });

  // The key of a form upload is in its body.
  const putObject = s3.putObject.bind(s3);
  s3.putObject = (...args) => {
    check(args[1]);
    return putObject(...args);
  };
}

function check(key: string): void {
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', 400);
}
